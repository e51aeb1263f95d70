// Package config reads connectors.yaml and makes the connectors that it names.
//
//	connectors:
//	  weather: {http: {baseURL: "https://api.example.com", headers: {Authorization: "Bearer ${TOKEN}"}}}
//	  items:   {nats: {service: items}, methods: {create: {requiresApproval: true}}}
//
// # Guarantees
//
//   - Every problem is reported, each as file:line:column with the path of the key;
//     an unknown key with the keys that there are.
//   - ${NAME} in a string is the value of an environment variable; a missing or
//     empty one is an error that names it. $${ stands for a plain ${.
//   - Every value that came from the environment is a secret of the set; no error
//     of this package repeats one.
//
// # Not here
//
// What the kinds do (the folders beside this one).
package config
