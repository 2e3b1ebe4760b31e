/**
 * What a device knows between wakes, in retained memory, as plain numbers behind a checksum: every wake reads and writes
 * all of it, so it must cost little. It is a cache of flash, valid for one wake: it is wiped at boot and written before
 * sleep, so a reset in between finds nothing stale.
 */
import type { CborValue } from "../protocol/cbor/index.ts"
import type { Period } from "../protocol/epochs.ts"
import { HASH_LENGTH } from "../protocol/merkle.ts"
import { HEAD_LENGTH } from "../protocol/report.ts"
import { asArray, asUint } from "../protocol/shape.ts"
import type { ClockState } from "./clock.ts"
import type { Moment } from "./discipline.ts"
import type { LogPosition } from "./flash/log.ts"
import type { StateIndex } from "./flash/state.ts"
import { CHECKSUM_LENGTH, checksum, hasChecksum } from "./flash/storage.ts"
import type { OutboxIndex } from "./outbox.ts"
import type { Board } from "./ports.ts"

/** Changes with the layout: memory of another firmware is as good as lost. */
const VERSION = 6

export type Ranges = (readonly [first: number, last: number])[]

export interface Memory {
  stateIndex: StateIndex
  outboxIndex: OutboxIndex
  clock: ClockState
  /** cold boots since the device was made */
  boots: number
  /** next report number and next request number, and the ends of their reserved blocks */
  seq: { next: number; end: number }
  request: { next: number; end: number }
  /** head of the hash chain */
  head: Uint8Array
  acked: Ranges
  receipted: Ranges
  have: number
  /** oscillator µs to wake at for the next sample, 0: none planned; and whether it is the last of its report */
  due: number
  dueLast: boolean
  /** oscillator µs of the instant that the next sample is for, 0: the time is not known; µs that the radio is on before it */
  slot: number
  guard: number
  /** µs from the time to wake at until the radio is on, as wakes showed */
  lead: number
  /** oscillator µs before which the radio stays off unless there is a fresh report */
  pollAt: number
  /** wakes in a row without an answer */
  misses: number
  /** slots in a row in which no call was heard */
  uncalled: number
  /** the gateway could not read a report among several: they go one by one until it is found */
  oneByOne: boolean
  /** seq up to which reports may name an epoch that has not begun; 0: none does */
  ahead: number
  /** the sensor had nothing more to give */
  exhausted: boolean
  /** unix ms of the last status report; 0: one is due */
  statusAt: number
  lastAnchor: Uint8Array | null
  /** what the link of the last wake handed over, 64 bytes at most; empty: nothing */
  link: Uint8Array
}

/** checksum(4), length of link (4), head(8), last anchor(32), link(64): then the numbers, aligned as a Float64Array needs. */
const LINK_LENGTH_AT = 4
const HEAD_AT = 8
const ANCHOR_AT = HEAD_AT + HEAD_LENGTH
const LINK_AT = ANCHOR_AT + HASH_LENGTH
const NUMBERS_AT = LINK_AT + 64

/** Reads and wipes. */
export function takeMemory(board: Pick<Board, "retained" | "crypto">): Memory | undefined {
  const bytes = board.retained.read()
  board.retained.write(new Uint8Array(CHECKSUM_LENGTH))
  if (!bytes || bytes.length <= NUMBERS_AT || bytes.length % 8) return undefined
  if (!hasChecksum(board, bytes, bytes.subarray(CHECKSUM_LENGTH))) return undefined
  const numbers = new Float64Array(bytes.slice(NUMBERS_AT).buffer)
  return numbers[0] === VERSION ? parse(bytes, numbers) : undefined
}

export function keepMemory(board: Pick<Board, "retained" | "crypto">, memory: Memory): void {
  const numbers = new Float64Array(numbersOf(memory))
  const bytes = new Uint8Array(NUMBERS_AT + numbers.byteLength)
  bytes.set(memory.head, HEAD_AT)
  if (memory.lastAnchor) bytes.set(memory.lastAnchor, ANCHOR_AT)
  const link = memory.link.subarray(0, NUMBERS_AT - LINK_AT)
  bytes[LINK_LENGTH_AT] = link.length
  bytes.set(link, LINK_AT)
  bytes.set(new Uint8Array(numbers.buffer), NUMBERS_AT)
  bytes.set(checksum(board, bytes.subarray(CHECKSUM_LENGTH)))
  board.retained.write(bytes)
}

function numbersOf(m: Memory): number[] {
  const { stateIndex, outboxIndex, clock } = m
  const { mark, skewPpb, residualPpb, roughPpb, error, way, doubt, periods } = clock
  return [
    VERSION,
    ...positionNumbers(stateIndex.position),
    ...listed(stateIndex.entries),
    ...positionNumbers(outboxIndex.position),
    outboxIndex.from,
    outboxIndex.taken,
    outboxIndex.signed,
    outboxIndex.pendingFrom,
    outboxIndex.lastSeq,
    outboxIndex.doubt,
    ...momentNumbers(mark),
    skewPpb,
    residualPpb,
    roughPpb,
    error,
    way,
    ...momentNumbers(doubt),
    ...listed(periods.map(({ first, start, length }) => [first, start, length])),
    m.boots,
    m.seq.next,
    m.seq.end,
    m.request.next,
    m.request.end,
    ...listed(m.acked),
    ...listed(m.receipted),
    m.have,
    m.due,
    m.dueLast ? 1 : 0,
    m.slot,
    m.guard,
    m.lead,
    m.pollAt,
    m.misses,
    m.uncalled,
    m.oneByOne ? 1 : 0,
    m.ahead,
    m.exhausted ? 1 : 0,
    m.statusAt,
    m.lastAnchor ? 1 : 0,
  ]
}

/** The inverse of `numbersOf`. The checksum and the version say that they fit. */
function parse(bytes: Uint8Array, numbers: Float64Array): Memory {
  let at = 1
  const next = () => numbers[at++]!
  const tuple = (size: number) => Array.from({ length: size }, next)
  const list = (size: number) => Array.from({ length: next() }, () => tuple(size))
  const position = () => ({ first: next(), last: next(), end: next(), worn: tuple(next()) })
  const moment = () => list(2).map(([local, unix]) => ({ local: local!, unix: unix! }))[0]
  const block = () => ({ next: next(), end: next() })
  return {
    stateIndex: { position: position(), entries: list(3) as [number, number, number][] },
    outboxIndex: {
      position: position(),
      from: next(),
      taken: next(),
      signed: next(),
      pendingFrom: next(),
      lastSeq: next(),
      doubt: next(),
    },
    clock: {
      mark: moment(),
      skewPpb: next(),
      residualPpb: next(),
      roughPpb: next(),
      error: next(),
      way: next(),
      doubt: moment(),
      periods: list(3).map(([first, start, length]) => ({ first: first!, start: start!, length: length! })),
    },
    boots: next(),
    seq: block(),
    request: block(),
    head: bytes.slice(HEAD_AT, ANCHOR_AT),
    acked: list(2) as [number, number][],
    receipted: list(2) as [number, number][],
    have: next(),
    due: next(),
    dueLast: next() === 1,
    slot: next(),
    guard: next(),
    lead: next(),
    pollAt: next(),
    misses: next(),
    uncalled: next(),
    oneByOne: next() === 1,
    ahead: next(),
    exhausted: next() === 1,
    statusAt: next(),
    lastAnchor: next() === 1 ? bytes.slice(ANCHOR_AT, LINK_AT) : null,
    link: bytes.slice(LINK_AT, LINK_AT + bytes[LINK_LENGTH_AT]!),
  }
}

function positionNumbers({ first, last, end, worn }: LogPosition): number[] {
  return [first, last, end, worn.length, ...worn]
}

function momentNumbers(moment: Moment | undefined): number[] {
  return listed(moment ? [[moment.local, moment.unix]] : [])
}

/** How many tuples, then their numbers. */
function listed(tuples: readonly (readonly number[])[]): number[] {
  return [tuples.length, ...tuples.flat()]
}

export function periodsValue(periods: readonly Period[]): CborValue {
  return periods.map(({ first, start, length }) => [first, start, length])
}

export function asPeriods(value: CborValue | undefined): Period[] {
  return asArray(value, "periods").map((period) => {
    const [first, start, length] = asArray(period, "period", 3, 3).map((field) => asUint(field, "period"))
    return { first: first!, start: start!, length: length! }
  })
}
