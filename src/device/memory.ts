/**
 * What a device knows between wakes, in retained memory: CBOR with a checksum before it. It is a cache of flash, valid
 * for one wake: it is wiped at boot and written before sleep, so a reset in between finds nothing stale.
 */
import { concat } from "../protocol/bytes.ts"
import { type CborValue, decode, encode } from "../protocol/cbor/index.ts"
import type { Period } from "../protocol/epochs.ts"
import { asArray, asBytes, asInt, asUint } from "../protocol/shape.ts"
import type { ClockState } from "./clock.ts"
import type { LogPosition } from "./flash/log.ts"
import type { StateIndex } from "./flash/state.ts"
import { CHECKSUM_LENGTH, checksum, hasChecksum } from "./flash/storage.ts"
import type { OutboxIndex } from "./outbox.ts"
import type { Board } from "./ports.ts"

/** Changes with the layout: memory of another firmware is as good as lost. */
const VERSION = 1

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
  /** oscillator µs of the next sample, 0: none planned; and whether it is the last of its report */
  due: number
  dueLast: boolean
  /** oscillator µs before which the radio stays off unless there is a fresh report */
  pollAt: number
  /** wakes in a row without an answer */
  misses: number
  /** the gateway could not read a report among several: they go one by one until it is found */
  oneByOne: boolean
  /** the sensor had nothing more to give */
  exhausted: boolean
  /** unix ms of the last status report; 0: one is due */
  statusAt: number
  lastAnchor: Uint8Array | null
}

/** Reads and wipes. */
export function takeMemory(board: Pick<Board, "retained" | "crypto">): Memory | undefined {
  const bytes = board.retained.read()
  board.retained.write(new Uint8Array(CHECKSUM_LENGTH))
  if (!bytes || bytes.length <= CHECKSUM_LENGTH) return undefined
  const body = bytes.subarray(CHECKSUM_LENGTH)
  if (!hasChecksum(board, bytes, body)) return undefined
  const [version, ...fields] = asArray(decode(body), "memory")
  return version === VERSION ? parse(fields) : undefined
}

export function keepMemory(board: Pick<Board, "retained" | "crypto">, memory: Memory): void {
  const body = encode([VERSION, ...fieldsOf(memory)])
  board.retained.write(concat(checksum(board, body), body))
}

function fieldsOf(m: Memory): CborValue[] {
  const { stateIndex, outboxIndex, clock } = m
  return [
    [positionValue(stateIndex.position), stateIndex.entries.map((entry) => [...entry])],
    [positionValue(outboxIndex.position), outboxIndex.from, outboxIndex.pending, outboxIndex.pendingFrom],
    [clock.mark ? [clock.mark.local, clock.mark.unix] : null, clock.skewPpb, periodsValue(clock.periods)],
    m.boots,
    [m.seq.next, m.seq.end],
    [m.request.next, m.request.end],
    m.head,
    m.acked.map((range) => [...range]),
    m.receipted.map((range) => [...range]),
    m.have,
    [m.due, m.dueLast ? 1 : 0, m.pollAt, m.misses, m.exhausted ? 1 : 0, m.oneByOne ? 1 : 0],
    Math.floor(m.statusAt),
    m.lastAnchor,
  ]
}

function parse(fields: CborValue[]): Memory {
  const [state, outbox, clock, boots, seq, request, head, acked, receipted, have, plan, statusAt, lastAnchor] = fields
  const [statePosition, entries] = asArray(state, "state", 2, 2)
  const [outboxPosition, from, pending, pendingFrom] = asArray(outbox, "outbox", 4, 4)
  const [due, dueLast, pollAt, misses, exhausted, oneByOne] = asArray(plan, "plan", 6, 6).map((v) =>
    asUint(v, "plan"),
  ) as number[]
  return {
    stateIndex: { position: asPosition(statePosition), entries: asArray(entries, "entries").map((e) => asTriple(e)) },
    outboxIndex: {
      position: asPosition(outboxPosition),
      from: asUint(from, "from"),
      pending: asUint(pending, "pending"),
      pendingFrom: asUint(pendingFrom, "pending from"),
    },
    clock: asClock(clock),
    boots: asUint(boots, "boots"),
    seq: asBlock(seq),
    request: asBlock(request),
    head: asBytes(head, "head", 8),
    acked: asRanges(acked),
    receipted: asRanges(receipted),
    have: asUint(have, "have"),
    due: due!,
    dueLast: dueLast === 1,
    pollAt: pollAt!,
    misses: misses!,
    exhausted: exhausted === 1,
    oneByOne: oneByOne === 1,
    statusAt: asInt(statusAt, "status at"),
    lastAnchor: lastAnchor === null ? null : asBytes(lastAnchor, "last anchor", 32),
  }
}

function positionValue({ first, last, end }: LogPosition): CborValue {
  return [first, last, end]
}

function asTriple(value: CborValue | undefined): [number, number, number] {
  return asArray(value, "triple", 3, 3).map((item) => asUint(item, "triple")) as [number, number, number]
}

function asPosition(value: CborValue | undefined): LogPosition {
  const [first, last, end] = asTriple(value)
  return { first, last, end }
}

function asPair(value: CborValue | undefined): [number, number] {
  return asArray(value, "pair", 2, 2).map((item) => asUint(item, "pair")) as [number, number]
}

function asBlock(value: CborValue | undefined): { next: number; end: number } {
  const [next, end] = asPair(value)
  return { next, end }
}

function asRanges(value: CborValue | undefined): Ranges {
  return asArray(value, "ranges").map(asPair)
}

function asClock(value: CborValue | undefined): ClockState {
  const [mark, skewPpb, periods] = asArray(value, "clock", 3, 3)
  const [local, unix] = mark === null ? [] : asPair(mark)
  return {
    mark: local === undefined || unix === undefined ? undefined : { local, unix },
    skewPpb: asInt(skewPpb, "skew"),
    periods: asPeriods(periods),
  }
}

export function periodsValue(periods: readonly Period[]): CborValue {
  return periods.map(({ first, start, length }) => [first, start, length])
}

export function asPeriods(value: CborValue | undefined): Period[] {
  return asArray(value, "periods").map((period) => {
    const [first, start, length] = asTriple(period)
    return { first, start, length }
  })
}
