/**
 * Checked reading of YAML: each type says what it allows, reads a node, and names file, line, key and value where the
 * node is not that.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from "yaml"
import { DormouseError } from "../../src/protocol/index.ts"

/** Where a node stands. */
export interface Place {
  file: string
  document: Document
  lines: LineCounter
  /** "groups[0].chip" */
  key: string
}

export interface Type<T> {
  /** what is allowed, for errors and for the documentation */
  words: string
  read(node: Node | null, place: Place): T
}

export interface Field<T> {
  type: Type<T>
  /** what it means, one line */
  about: string
  /** what it is where nothing is said; a field without one must be there */
  otherwise?: { value: T; words: string }
}

export type Fields = Record<string, Field<unknown>>
export type ValueOf<F extends Fields> = { [K in keyof F]: F[K] extends Field<infer T> ? T : never }

export function required<T>(type: Type<T>, about: string): Field<T> {
  return { type, about }
}

/** `words`: how the default is written, where not as the value itself. */
export function optional<T>(type: Type<T>, value: T, about: string, words = String(value)): Field<T> {
  return { type, about, otherwise: { value, words } }
}

export function absent<T>(type: Type<T>, about: string, words = "none"): Field<T | undefined> {
  return { type, about, otherwise: { value: undefined, words } }
}

export const text: Type<string> = {
  words: "text",
  read: (node, place) => {
    const value = scalar(node, place, "text")
    if (typeof value !== "string" || value === "") throw wrong(node, place, "text")
    return value
  },
}

export const flag: Type<boolean> = {
  words: "true or false",
  read: (node, place) => {
    const value = scalar(node, place, "true or false")
    if (typeof value !== "boolean") throw wrong(node, place, "true or false")
    return value
  },
}

export function number(min: number, max: number): Type<number> {
  const words = `a number from ${min.toLocaleString("en")} to ${max.toLocaleString("en")}`
  return {
    words,
    read: (node, place) => {
      const value = scalar(node, place, words)
      if (typeof value !== "number" || !(value >= min && value <= max)) throw wrong(node, place, words)
      return value
    },
  }
}

export function whole(min: number, max: number): Type<number> {
  const words = `a whole number from ${min.toLocaleString("en")} to ${max.toLocaleString("en")}`
  return {
    words,
    read: (node, place) => {
      const value = scalar(node, place, words)
      if (!Number.isInteger(value) || (value as number) < min || (value as number) > max)
        throw wrong(node, place, words)
      return value as number
    },
  }
}

/** Numbers that are names (802154, 18650) need no quotes. */
export function oneOf<T extends string>(names: readonly T[]): Type<T> {
  const words = names.join(", ")
  return {
    words,
    read: (node, place) => {
      const value = String(scalar(node, place, `one of: ${words}`))
      if (!names.includes(value as T)) throw wrong(node, place, `one of: ${words}`)
      return value as T
    },
  }
}

const UNITS = { ms: 1e3, s: 1e6, m: 60e6, h: 3600e6, d: 86_400e6 } as const
const DURATION = /^-?(\d+(\.\d+)?(ms|s|m|h|d)\s*)+$/

/** Microseconds, written as "90s" or "1d 12h". */
export function duration(min: string, max: string): Type<number> {
  const words = `a duration from ${min} to ${max} (units: ${Object.keys(UNITS).join(", ")})`
  const [low, high] = [micros(min), micros(max)]
  return {
    words,
    read: (node, place) => {
      const value = scalar(node, place, words)
      if (typeof value !== "string" || !DURATION.test(value)) throw wrong(node, place, words)
      const us = micros(value)
      if (us < low || us > high) throw wrong(node, place, words)
      return us
    },
  }
}

/** Unix ms, written as 2026-01-31. */
export const date: Type<number> = {
  words: "a date, as 2026-01-31",
  read: (node, place) => {
    const value = String(scalar(node, place, date.words))
    const unix = /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN
    if (Number.isNaN(unix)) throw wrong(node, place, date.words)
    return unix
  },
}

export function either<A, B>(a: Type<A>, b: Type<B>): Type<A | B> {
  const words = `${a.words}; or ${b.words}`
  return {
    words,
    read: (node, place) => {
      for (const type of [a, b]) {
        try {
          return type.read(node, place)
        } catch (error) {
          if (!(error instanceof DormouseError)) throw error
        }
      }
      throw wrong(node, place, words)
    },
  }
}

export function list<T>(type: Type<T>, words: string): Type<T[]> {
  return {
    words,
    read: (node, place) => {
      const items = resolve(node, place)
      if (!isSeq(items)) throw wrong(node, place, words)
      return items.items.map((item, i) => type.read(item as Node, { ...place, key: `${place.key}[${i}]` }))
    },
  }
}

/** An object of known fields; others are refused by name. */
export function object<F extends Fields>(fields: F, words: string): Type<ValueOf<F>> {
  return { words, read: (node, place) => readFields(fields, node, place, words) }
}

/** Objects told apart by one key: `kind: outage` has other fields than `kind: reset`. */
export function variants<F extends Record<string, Fields>>(
  key: string,
  kinds: F,
  words: string,
): Type<{ [K in keyof F]: ValueOf<F[K]> & { kind: K } }[keyof F]> {
  return {
    words,
    read: (node, place) => {
      const map = resolve(node, place)
      const names = Object.keys(kinds)
      const kind = isMap(map) ? (map.get(key, true) as Node | undefined) : undefined
      if (!kind) throw wrong(node, place, `an object with "${key}"`)
      const name = oneOf(names).read(kind, below(place, key))
      const fields = { [key]: required(text, ""), ...kinds[name]! }
      return readFields(fields, node, place, words) as never
    },
  }
}

function readFields<F extends Fields>(fields: F, node: Node | null, place: Place, words: string): ValueOf<F> {
  const map = resolve(node, place)
  if (!isMap(map)) throw wrong(node, place, words)
  for (const { key } of map.items) {
    const name = String(isScalar(key) ? key.value : key)
    if (!(name in fields)) {
      const allowed = `allowed here: ${Object.keys(fields).join(", ")}`
      throw new DormouseError(
        "E_SCENARIO",
        `${at(key as Node, place)}: "${path(place, name)}" is not known; ${allowed}.`,
      )
    }
  }
  const values = Object.entries(fields).map(([name, { type, otherwise }]) => {
    const value = map.get(name, true) as Node | undefined
    if (value) return [name, type.read(value, below(place, name))]
    if (otherwise) return [name, otherwise.value]
    throw new DormouseError(
      "E_SCENARIO",
      `${at(map, place)}: "${path(place, name)}" is missing; it takes ${type.words}.`,
    )
  })
  return Object.fromEntries(values)
}

function scalar(node: Node | null, place: Place, words: string): unknown {
  const resolved = resolve(node, place)
  if (!isScalar(resolved)) throw wrong(node, place, words)
  return resolved.value
}

function resolve(node: Node | null, { document }: Place): Node | null {
  return isAlias(node) ? (node.resolve(document) as Node) : node
}

function wrong(node: Node | null, place: Place, words: string): DormouseError {
  const value = isScalar(node) ? JSON.stringify(node.source ?? node.value) : node ? "a list or an object" : "nothing"
  const key = place.key === "" ? "the file" : `"${place.key}"`
  return new DormouseError("E_SCENARIO", `${at(node, place)}: ${key} is ${value}; it takes ${words}.`)
}

function at(node: Node | null, { file, lines }: Place): string {
  const offset = node?.range?.[0]
  return offset === undefined ? file : `${file}, line ${lines.linePos(offset).line}`
}

function path({ key }: Place, name: string): string {
  return key === "" ? name : `${key}.${name}`
}

function below(place: Place, name: string): Place {
  return { ...place, key: path(place, name) }
}

function micros(words: string): number {
  const sum = [...words.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)].reduce(
    (total, [, count, unit]) => total + Number(count) * UNITS[unit as keyof typeof UNITS],
    0,
  )
  return Math.round(words.startsWith("-") ? -sum : sum)
}
