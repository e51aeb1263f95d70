// what: declarations that mean nothing at run time
// want: completed 1 | error syntax
declare module "fs" { export function readFileSync(p: string): string; }
declare global { interface Array<T> { evil(): void } }
declare const process: any;
/*repeat 10000 "declare let a: any;\n"*/
1
