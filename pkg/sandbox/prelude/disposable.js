// DisposableStack, AsyncDisposableStack and SuppressedError. The statement using itself
// is lowered; both find Symbol.dispose and Symbol.asyncDispose.
(function () {
	"use strict";
	const { defineProperty } = Object;
	const { apply } = Reflect;
	const NativeReferenceError = ReferenceError;
	const { dispose, asyncDispose } = Symbol;
	const isObject = (v) => (typeof v === "object" && v !== null) || typeof v === "function";
	const tag = (Class, name) => defineProperty(Class.prototype, Symbol.toStringTag, { __proto__: null, value: name, configurable: true });
	const hidden = (target, name, value) => defineProperty(target, name, { __proto__: null, value, writable: true, configurable: true });

	class SuppressedError extends Error {
		constructor(error, suppressed, message) {
			super(message);
			hidden(this, "error", error);
			hidden(this, "suppressed", suppressed);
		}
	}
	hidden(SuppressedError.prototype, "name", "SuppressedError");
	hidden(SuppressedError.prototype, "message", "");

	// methodOf returns how a resource is given up; undefined for none.
	function methodOf(resource, async) {
		if (resource === undefined || resource === null) return undefined;
		if (!isObject(resource)) throw new TypeError("the resource must be an object, null or undefined");
		let method = async ? resource[asyncDispose] : undefined;
		if (method === undefined || method === null) method = resource[dispose];
		if (typeof method !== "function") {
			throw new TypeError("the resource has no " + (async ? "Symbol.asyncDispose" : "Symbol.dispose") + " method");
		}
		return method;
	}

	// Failure gathers what the methods of a stack throw.
	class Failure {
		any = false;
		error;
		add(e) {
			this.error = this.any ? new SuppressedError(e, this.error, "An error was suppressed during disposal") : e;
			this.any = true;
		}
	}

	// Resources is what both stacks hold: a list, the last one first to go.
	class Resources {
		#top;
		open = true;
		need() {
			if (!this.open) throw new NativeReferenceError("the stack has been disposed already");
		}
		push(release) {
			this.#top = { release, below: this.#top };
		}
		pop() {
			const top = this.#top;
			if (top === undefined) return undefined;
			this.#top = top.below;
			return top.release;
		}
		moveTo(other) {
			other.#top = this.#top;
			this.#top = undefined;
			this.open = false;
		}
	}

	function enlist(resources, resource, async) {
		resources.need();
		const method = methodOf(resource, async);
		if (method !== undefined) resources.push(() => apply(method, resource, []));
		else if (async) resources.push(() => undefined);
		return resource;
	}

	function adopt(resources, value, onDispose) {
		resources.need();
		if (typeof onDispose !== "function") throw new TypeError("onDispose must be a function");
		resources.push(() => apply(onDispose, undefined, [value]));
		return value;
	}

	function defer(resources, onDispose) {
		resources.need();
		if (typeof onDispose !== "function") throw new TypeError("onDispose must be a function");
		resources.push(() => apply(onDispose, undefined, []));
	}

	class DisposableStack {
		#resources = new Resources();
		get disposed() {
			return !this.#resources.open;
		}
		use(resource) {
			return enlist(this.#resources, resource, false);
		}
		adopt(value, onDispose) {
			return adopt(this.#resources, value, onDispose);
		}
		defer(onDispose) {
			defer(this.#resources, onDispose);
		}
		move() {
			this.#resources.need();
			const other = new DisposableStack();
			this.#resources.moveTo(other.#resources);
			return other;
		}
		dispose() {
			const resources = this.#resources;
			if (!resources.open) return;
			resources.open = false;
			const failure = new Failure();
			for (let release = resources.pop(); release !== undefined; release = resources.pop()) {
				try {
					release();
				} catch (e) {
					failure.add(e);
				}
			}
			if (failure.any) throw failure.error;
		}
	}
	hidden(DisposableStack.prototype, dispose, DisposableStack.prototype.dispose);
	tag(DisposableStack, "DisposableStack");

	class AsyncDisposableStack {
		#resources = new Resources();
		get disposed() {
			return !this.#resources.open;
		}
		use(resource) {
			return enlist(this.#resources, resource, true);
		}
		adopt(value, onDispose) {
			return adopt(this.#resources, value, onDispose);
		}
		defer(onDispose) {
			defer(this.#resources, onDispose);
		}
		move() {
			this.#resources.need();
			const other = new AsyncDisposableStack();
			this.#resources.moveTo(other.#resources);
			return other;
		}
		async disposeAsync() {
			const resources = this.#resources;
			if (!resources.open) return;
			resources.open = false;
			const failure = new Failure();
			for (let release = resources.pop(); release !== undefined; release = resources.pop()) {
				try {
					await release();
				} catch (e) {
					failure.add(e);
				}
			}
			if (failure.any) throw failure.error;
		}
	}
	hidden(AsyncDisposableStack.prototype, asyncDispose, AsyncDisposableStack.prototype.disposeAsync);
	tag(AsyncDisposableStack, "AsyncDisposableStack");

	return { DisposableStack, AsyncDisposableStack, SuppressedError };
})
