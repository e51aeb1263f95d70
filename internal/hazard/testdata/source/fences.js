// what: code fences inside of code fences
// want: error syntax | error code | completed *
// bare
```js
```js
() => 1
```
```
