"use strict";

// The class Pool. Its state is native; a handle is freed with the object that holds it.

const { inspect } = require("node:util");
const native = require("./native.js");
const { isObject, list, merge, refuse, toText } = require("./convert.js");

const HANDLE = Symbol("handle");
const LISTS = ["quirksOff", "used", "onEni", "warm", "cooling", "releasing", "returned"];

class Pool {
  #handle;

  constructor(options) {
    if (options?.[HANDLE]) {
      this.#handle = options[HANDLE];
      return;
    }
    const given = options instanceof Pool ? options.introspect() : merge(poolOptions(options), {});
    this.#handle = new native.Pool(toText(given, "pool"));
  }

  assign(owner, options) {
    return this.#step("assign", options, { owner });
  }

  free(owner, options) {
    return this.#step("free", options, { owner });
  }

  coolDown(nowMs) {
    return this.#step("coolDown", undefined, { nowMs });
  }

  reconcile(options) {
    return this.#step("reconcile", options, {});
  }

  update(job, result) {
    return this.#step("update", result, { job });
  }

  resync(onEni) {
    return this.#step("resync", undefined, { onEni: list(onEni, "onEni") });
  }

  activate(config, options) {
    return this.#step("activate", options, { config });
  }

  drain(options) {
    return this.#step("drain", options, {});
  }

  modeUpdate(was, now) {
    return this.#step("modeUpdate", undefined, { was, now });
  }

  introspect() {
    return JSON.parse(this.#handle.introspect());
  }

  counts() {
    return JSON.parse(this.#handle.counts());
  }

  targets() {
    return JSON.parse(this.#handle.targets());
  }

  addressOf(owner) {
    if (typeof owner !== "string") refuse("REQUEST", "owner", `a ${typeof owner}`);
    return this.#handle.addressOf(owner.toWellFormed()) ?? null;
  }

  copy() {
    return new Pool({ [HANDLE]: this.#handle.copy() });
  }

  equals(other) {
    return other instanceof Pool && this.#handle.equals(other.#handle);
  }

  get mode() {
    return this.#handle.mode;
  }

  get capacity() {
    return this.#handle.capacity;
  }

  toJSON() {
    return this.introspect();
  }

  [inspect.custom](_, options) {
    const { mode, capacity } = this;
    const { usedAddresses, freeAddresses, coolingAddresses } = this.counts();
    return `Pool ${inspect({ mode, capacity, usedAddresses, freeAddresses, coolingAddresses }, options)}`;
  }

  #step(op, options, fields) {
    return JSON.parse(this.#handle.step(toText(merge(poolOptions(options), { ...fields, op }), op)));
  }
}

/** Lists from anything iterable; what is no iterable stays, for the core to refuse. */
function poolOptions(options) {
  if (!isObject(options) || options instanceof Pool) return options;
  const given = { ...options };
  for (const key of LISTS) if (given[key] !== undefined) given[key] = list(given[key], key);
  return given;
}

module.exports = { Pool, poolOptions };
