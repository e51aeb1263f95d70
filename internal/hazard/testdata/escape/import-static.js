// what: imports a module in front of the code
// want: error syntax | error code
import fs from "fs";
fs.readFileSync("/etc/passwd")
