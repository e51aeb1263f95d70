// Package natsconf tests the nats.conf at the top of the repository: it starts a
// real server with it and checks what each role can and cannot do. It has no code
// of its own.
package natsconf
