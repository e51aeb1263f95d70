package sandboxtest

// snippetSources are the snippets of the table, by name.
func snippetSources() map[string]string {
	return map[string]string{
		"double":   `async (input: {n: number}) => { console.log("quiet"); await codemode.sleep(10); return input.n * 2 }`,
		"names":    `const mine = 1; function helper() {} return [typeof outside, typeof codemode.run, typeof items, typeof console.log]`,
		"broken":   `const = 1`,
		"throws":   `await null; throw new RangeError("low")`,
		"fence":    "```ts\nconst n: number = 41;\nn + 1\n```",
		"nest":     `async (n) => await codemode.run("nest", n + 1)`,
		"identity": `(input) => input`,
	}
}

// platformRows is codemode.
func platformRows() []row {
	return []row{
		{`sleep`, `const t = Date.now(); const v = await codemode.sleep(1500); return [Date.now() - t, v === undefined]`, `[1500,true]`, nil},
		{`sleep until a date`, `const t = Date.now(); await codemode.sleep(new Date(t + 86400e3)); await codemode.sleep(new Date(0)); await codemode.sleep(-1); return Date.now() - t`, `86400000`, nil},
		{`sleep among timers`, `const out = []; setTimeout(() => out.push("timer"), 20); await Promise.all([codemode.sleep(30).then(() => out.push("late")), codemode.sleep(10).then(() => out.push("early"))]); return out`, `["early","timer","late"]`, nil},
		{`sleep of a text`, `await codemode.sleep("5")`, `throws TypeError`, nil},
		{`sleep of no number`, `await codemode.sleep(NaN)`, `throws TypeError`, nil},
		{`sleep until an invalid date`, `await codemode.sleep(new Date(NaN))`, `throws RangeError`, nil},
		{`sleep of eleven years`, `await codemode.sleep(11 * 365 * 86400e3)`, `throws RangeError`, nil},
		{`waitFor`, `[await codemode.waitFor("paid"), await codemode.waitFor("é", {})]`, `["paid","é"]`, nil},
		{`waitFor that times out`, `const t = Date.now(); try { await codemode.waitFor("x", {timeoutMs: 2000}) } catch (e) { return [e.name, Date.now() - t] }`, `["TimeoutError",2000]`, nil},
		{`waitFor without a name`, `await codemode.waitFor("")`, `throws TypeError`, nil},
		{`waitFor with an unknown option`, `try { await codemode.waitFor("x", {timeout: 5}) } catch (e) { return e.message }`, `"codemode.waitFor(name, {timeoutMs}): unknown option \"timeout\""`, nil},
		{`run`, `const out = await codemode.run("double", {n: 4}); console.log(out); return out`, `8`, []string{`8`}},
		{`run a fenced snippet`, `await codemode.run("fence")`, `42`, nil},
		{`names of a snippet`, `const outside = 1; return [await codemode.run("names"), typeof mine, typeof helper]`, `[["undefined","function","object","function"],"undefined","undefined"]`, nil},
		{`input of a snippet`, `const mine = {when: new Date(0), map: new Map([[1, 2]])}; const got = await codemode.run("identity", mine); return [got !== mine, got.when.getTime(), got.map.get(1), await codemode.run("identity") === undefined]`, `[true,0,2,true]`, nil},
		{`input that cannot be cloned`, `await codemode.run("identity", () => 1)`, `throws DataCloneError`, nil},
		{`snippet that throws`, `try { await codemode.run("throws") } catch (e) { return [e.name, e.message, e.cause.name] }`, `["Error","Code execution failed: low","RangeError"]`, nil},
		{`snippet that does not parse`, `try { await codemode.run("broken") } catch (e) { return [e.message.startsWith("Code execution failed: SyntaxError: "), e.cause.name] }`, `[true,"SyntaxError"]`, nil},
		{`snippets without end`, `try { await codemode.run("nest", 1) } catch (e) { let n = 0; while (e.cause) { e = e.cause; n++ } return [e.name, n] }`, `["RangeError",20]`, nil},
		{`sleep inside a step`, `await codemode.step("s", () => codemode.sleep(5))`, `throws TypeError`, nil},
		{`unknown member of codemode`, `try { await codemode.waitfor("x") } catch (e) { return e.message }`, `"Method \"waitfor\" not found on codemode; did you mean \"waitFor\"?"`, nil},
	}
}
