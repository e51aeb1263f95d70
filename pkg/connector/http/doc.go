// Package httpconn is the connector for plain HTTP: methods get, post, put, patch,
// delete and request below one base URL.
//
//	argument  {path, query, headers, body}, for request also method
//	result    {status, headers, body}
//
// A status of 400 or more rejects with an error named "HTTPError" and the message
// `GET /x: 404 Not Found: ` with the first 200 characters of the body, except 429
// and 503: these ask for a retry, after Retry-After or else after the policy's own
// delay. Result headers are in lower case. A JSON body arrives parsed, text as a
// string, anything else as the bytes envelope, no body as null.
//
// # Guarantees
//
//   - No path leaves the base URL, and no redirect leaves its scheme and host: one
//     that would is returned as it is, with its location header.
//   - Configured headers win over those of the call.
//   - A call is sent at most once: net/http's own repeats are switched off, except
//     for methods that HTTP calls safe.
//   - A failure before a connection was there asks for a retry. A later one leaves
//     the outcome open, unless the method is GET, HEAD or OPTIONS: then it asks for
//     a retry, too.
//
// # Concurrency
//
// A [Connector] is safe for concurrent use.
package httpconn
