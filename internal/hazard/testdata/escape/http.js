// what: the network
// want: error code
// text: fetch is not defined
async () => await fetch("http://169.254.169.254/latest/meta-data/")
