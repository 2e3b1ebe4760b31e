/** What a gateway holds against devices, its chain or itself, in a form that somebody else can check. */
import { toHex } from "../../protocol/bytes.ts"
import type { AlarmKind } from "../store/alarms.ts"
import { hexAddress } from "../store/devices.ts"
import type { Store } from "../store/store.ts"

const MOST = 10_000
const hex = (bytes: Uint8Array) => `0x${toHex(bytes)}`

export interface AlarmView {
  device: string
  kind: AlarmKind
  seq: number
  /** witness: hash of an anchor that the device was shown and that is none of this gateway's */
  anchor?: string
  /** receipts: the device holds receipts up to `seq`, the gateway held reports up to this one */
  held?: number
  gatewayTime: number
  incarnation: number
  /** the restore that this incarnation began with may be why */
  afterRestore: boolean
  /** witness: the signed status report, `payload || r || s` */
  report?: string
}

/** Latest first. */
export function alarmViews(store: Store, limit = MOST): AlarmView[] {
  return store.alarms.all(limit).map((alarm) => {
    const { device, kind, seq, value, gatewayTime, incarnation, afterRestore, bytes } = alarm
    const what = kind === "witness" ? { anchor: `0x${value}` } : { held: Number(value) }
    const address = hexAddress(store.devices.byId(device)!.address)
    const common = { gatewayTime, incarnation, afterRestore: afterRestore === 1 }
    return { device: address, kind, seq, ...what, ...common, ...(bytes && { report: hex(bytes) }) }
  })
}

export interface ForkView {
  device: string
  /** 33 bytes: both reports verify under it */
  publicKey: string
  seq: number
  /** sameSeq: two reports of one number; samePrev: two that continue the same; order: one that continues a later one */
  cause: string
  other: number
  gatewayTime: number
  /** both signed reports, `payload || r || s`: the one that came later, and the one that it contradicts */
  report: string
  otherReport: string
}

export function forkViews(store: Store): ForkView[] {
  return store.devices.all().flatMap((device) =>
    store.reports.forks(device, MOST).map(({ seq, cause, other, gatewayTime, bytes }) => ({
      ...{ device: hexAddress(device.address), publicKey: hex(device.publicKey) },
      ...{ seq, cause, other, gatewayTime, report: hex(bytes) },
      otherReport: hex(store.reports.get(device, other)!.bytes),
    })),
  )
}

export interface IncarnationView {
  number: number
  startedAt: number
  backup: string
  takenAt: number
  height: number
  firstEpoch: number
  /** reports of the time before it that devices brought again */
  recovered: number
}

export function incarnationViews(store: Store): IncarnationView[] {
  return store.incarnations.all().map((incarnation) => {
    const { number, startedAt, backup, takenAt, height, firstEpoch } = incarnation
    const recovered = store.losses.recovered(incarnation)
    return { number, startedAt, backup, takenAt, height, firstEpoch, recovered }
  })
}
