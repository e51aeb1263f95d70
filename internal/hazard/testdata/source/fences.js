// what: code fences inside of code fences
// want: error syntax | completed *
// bare
```js
```js
() => 1
```
```
