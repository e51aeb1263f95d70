// Books a trip: calls in parallel and in sequence, one of which is rate limited.
// The pass ends there, waits, and goes on as attempt 2: the calls above the limit
// are replayed from the journal, only the limited one runs again.
export default async (input?: { city?: string }) => {
  const city = input?.city ?? "Paris";

  const [flight, hotel] = await Promise.all([
    demo.echo({ kind: "flight", to: city, price: 180 }),
    demo.echo({ kind: "hotel", in: city, price: 240 }),
  ]);
  console.log(`found a flight and a hotel in ${city}`);

  const payment = await demo.rateLimited({ times: 1, retryAfterMs: 2000 });
  const ticket = await demo.echo({ city, total: flight.price + hotel.price });

  return { city, total: ticket.total, paidInAttempt: payment.attempt };
};
