// what: namespaces inside of namespaces
// want: error syntax | completed *
/*repeat 30000 "namespace a{"*/ /*repeat 30000 "}"*/
1
