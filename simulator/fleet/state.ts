/** What is known of each device, gathered from its traces: the view, the totals and the end of a run read it. */
import { Kind, Refusal } from "../../src/protocol/index.ts"
import type { HeapUse, TurnResult } from "./engine.ts"
import { SeqRanges, type Seqs } from "./seqs.ts"
import type { Trace } from "./trace.ts"

export type Activity =
  | { kind: "off" }
  | { kind: "awake" }
  | { kind: "enrolling" }
  | { kind: "pending" }
  | { kind: "sending" }
  | { kind: "asleep"; untilEpoch: number }
  | { kind: "revoked" }
  | { kind: "reset"; why: string }

export interface DeviceState {
  index: number
  address: string | undefined
  /** the gateway takes its reports */
  enrolled: boolean
  /** asked, and waits for the operator */
  pending: boolean
  activity: Activity
  /** samples taken in this run */
  samples: number
  /** samples on flash that are not signed yet */
  filling: number
  /** the sensor has nothing more to give */
  exhausted: boolean
  /** seqs of this run */
  signed: Seqs
  acked: Seqs
  /** seqs of this run with a receipt whose leaf, path and root the device has checked */
  receipts: Seqs
  badReceipts: number
  refused: number
  gapRecords: number
  resets: number
  wakes: number
  /** wakes in a row that found no gateway */
  misses: number
  /** messages sent in this wake */
  attempts: number
  /** why the gateway's answer to this wake's message takes nothing from this device */
  denied: number | undefined
  /** reports on flash that have no receipt, as the device said last; `undefined` before its first sleep */
  unreceipted: number | undefined
  lastSignNs: number | undefined
  heapBytes: number | undefined
  lastError: string | undefined
  /** scheduler's microseconds of the last change worth showing */
  changedAt: number
}

export function newDevice(index: number): DeviceState {
  return {
    index,
    address: undefined,
    enrolled: false,
    pending: false,
    activity: { kind: "off" },
    samples: 0,
    filling: 0,
    exhausted: false,
    signed: new SeqRanges(),
    acked: new SeqRanges(),
    receipts: new SeqRanges(),
    badReceipts: 0,
    refused: 0,
    gapRecords: 0,
    resets: 0,
    wakes: 0,
    misses: 0,
    attempts: 0,
    denied: undefined,
    unreceipted: undefined,
    lastSignNs: undefined,
    heapBytes: undefined,
    lastError: undefined,
    changedAt: 0,
  }
}

export function applyTrace(device: DeviceState, trace: Trace): void {
  switch (trace.e) {
    case "boot":
      device.address = trace.address
      return
    case "hello":
      device.activity = { kind: "enrolling" }
      return
    case "sample":
      device.samples++
      device.filling = trace.n
      return
    case "signed":
      device.signed.add(trace.seq)
      if (trace.kind === Kind.gap) device.gapRecords++
      return
    case "sent":
      device.attempts++
      device.denied = undefined
      if (!device.pending) device.activity = { kind: "sending" }
      return
    case "acked":
      device.enrolled = device.denied === undefined
      device.pending = device.denied === Refusal.notApproved
      // Reports of an earlier run on the same data do not count.
      for (const seq of trace.seqs) if (device.signed.has(seq)) device.acked.add(seq)
      return
    case "receipt":
      if (!trace.ok) device.badReceipts++
      else if (device.signed.has(trace.seq)) {
        device.receipts.add(trace.seq)
        // Its ack may have been lost: what is anchored was durable before.
        device.acked.add(trace.seq)
      }
      return
    case "refused":
      if (trace.seq === 0) device.denied = trace.reason
      else device.refused++
      return
    case "asleep":
      device.filling = trace.pending
      device.unreceipted = trace.unreceipted
      device.misses = trace.misses
      device.activity = atRest(device, trace.untilEpoch)
      return
    case "error":
      device.lastError = `${trace.code}: ${trace.message}`
  }
}

function atRest({ pending, denied }: DeviceState, untilEpoch: number): Activity {
  if (pending) return { kind: "pending" }
  return denied === Refusal.revoked ? { kind: "revoked" } : { kind: "asleep", untilEpoch }
}

/** A wake is a boot: what the last one was about to do is forgotten. */
export function applyWake(device: DeviceState): void {
  device.wakes++
  device.attempts = 0
  if (!device.pending) device.activity = { kind: "awake" }
}

export function applyTurn(device: DeviceState, result: TurnResult): void {
  device.lastSignNs = result.signNs.at(-1) ?? device.lastSignNs
  device.heapBytes = heapBytes(result.heap)
}

/** The most one machine has used of this host's memory; on 32-bit boards slots and stack take half. */
export function heapBytes({ slotsPeak, chunksPeak, stackPeak }: HeapUse): number {
  return slotsPeak + chunksPeak + stackPeak
}

/** All its samples are taken and signed, and every report it has signed holds a receipt. */
export function isDone(device: DeviceState): boolean {
  return (
    device.exhausted &&
    device.filling === 0 &&
    device.unreceipted === 0 &&
    device.activity.kind === "asleep" &&
    device.receipts.size === device.signed.size
  )
}

export interface Totals {
  samples: number
  signed: number
  acked: number
  receiptsVerified: number
  pending: number
  wakes: number
  resets: number
}

export function totalsOf(devices: readonly DeviceState[]): Totals {
  const sum = (count: (device: DeviceState) => number) => devices.reduce((total, device) => total + count(device), 0)
  return {
    samples: sum(({ samples }) => samples),
    signed: sum(({ signed }) => signed.size),
    acked: sum(({ acked }) => acked.size),
    receiptsVerified: sum(({ receipts }) => receipts.size),
    pending: sum(({ pending }) => (pending ? 1 : 0)),
    wakes: sum(({ wakes }) => wakes),
    resets: sum(({ resets }) => resets),
  }
}
