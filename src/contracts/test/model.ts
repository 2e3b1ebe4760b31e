import type { Hex } from "../../gateway/chain/keys.ts"
import { OPERATOR } from "./evm.ts"

/** A device in the model; statuses and their meaning as in DeviceStore.sol. */
interface Device {
  status: "none" | "pending" | "approved" | "revoked"
  role: number
  home?: Hex
  former: Set<Hex>
  controller: Hex
  offered?: Hex
  /** Of this controller: delegates of kind "home", until when. */
  delegates: Map<Hex, number>
  gaps: [from: number, to: number][]
}

interface Gateway {
  standing: "none" | "active" | "suspended" | "retired"
  closedTo: number
  successor?: Hex
  predecessor?: Hex
  anchored: Set<number>
}

/** Thrown where the contract must refuse; the message is the error's name. */
class Refused extends Error {}

function need(condition: boolean, error: string): asserts condition {
  if (!condition) throw new Refused(error)
}

/** What the contracts should do, written from docs/chain.md: no slots, no hashes, no signatures. */
export class Model {
  time = 0
  readonly devices = new Map<Hex, Device>()
  readonly gateways = new Map<Hex, Gateway>()

  device(address: Hex): Device {
    const fresh = { status: "none", role: 0, former: new Set<Hex>(), controller: address, gaps: [] } as const
    return getOrSet(this.devices, address, () => ({ ...fresh, gaps: [], former: new Set(), delegates: new Map() }))
  }

  gateway(address: Hex): Gateway {
    return getOrSet(this.gateways, address, () => ({ standing: "none", closedTo: 0, anchored: new Set() }))
  }

  /** The name of the error with which the contract must refuse, `undefined` where it must not. */
  call(from: Hex, step: Step, ...args: never[]): string | undefined {
    try {
      ;(this[step] as (from: Hex, ...args: never[]) => void).call(this, from, ...args)
      return undefined
    } catch (error) {
      if (error instanceof Refused) return error.message
      throw error
    }
  }

  request(from: Hex, device: Hex, home: Hex): void {
    need(this.#active(from), "NotGateway")
    need(this.#active(home), "NotGateway")
    const entry = this.device(device)
    if (entry.status === "pending") need(entry.home === from, "RequestedElsewhere")
    else need(entry.status === "none", "WrongStatus")
    Object.assign(entry, { status: "pending", role: 0, home })
  }

  approve(from: Hex, device: Hex, role: number): void {
    this.approveMany(from, [device], role)
  }

  approveMany(from: Hex, devices: Hex[], role: number): void {
    need(from === OPERATOR, "OwnableUnauthorizedAccount")
    this.#each(devices, "pending", () => need(role <= 2, "RoleUnknown"))
    for (const device of devices) Object.assign(this.device(device), { status: "approved", role })
  }

  reject(from: Hex, device: Hex): void {
    need(from === OPERATOR, "OwnableUnauthorizedAccount")
    const entry = this.device(device)
    need(entry.status === "pending", "WrongStatus")
    entry.status = "none"
    delete entry.home
  }

  revoke(from: Hex, device: Hex, last: number): void {
    need(from === OPERATOR, "OwnableUnauthorizedAccount")
    const entry = this.device(device)
    need(entry.status === "approved", "WrongStatus")
    need(last >= (entry.gaps.at(-1)?.[1] ?? 0), "EpochSettled")
    this.#close(entry.home!, last)
    entry.gaps.push([last, Number.POSITIVE_INFINITY])
    entry.status = "revoked"
  }

  reinstate(from: Hex, device: Hex, last: number): void {
    need(from === OPERATOR, "OwnableUnauthorizedAccount")
    const entry = this.device(device)
    need(entry.status === "revoked", "WrongStatus")
    const gap = entry.gaps.at(-1)!
    need(last >= gap[0], "EpochSettled")
    this.#close(entry.home!, last)
    gap[1] = last
    entry.status = "approved"
  }

  offerDevice(from: Hex, device: Hex, to: Hex): void {
    this.#controlled(from, device).offered = to
  }

  acceptDevice(from: Hex, device: Hex): void {
    const entry = this.device(device)
    need(entry.status === "approved", "WrongStatus")
    need(entry.offered === from, "NotAllowed")
    delete entry.offered
    entry.controller = from
    entry.delegates = new Map()
  }

  setDelegate(from: Hex, device: Hex, delegate: Hex, until: number): void {
    this.#controlled(from, device).delegates.set(delegate, until)
  }

  setHomeGateway(from: Hex, device: Hex, home: Hex): void {
    const entry = this.device(device)
    need(entry.status === "approved", "WrongStatus")
    const allowed = from === entry.controller || from === OPERATOR || this.isDelegate(device, from)
    need(allowed, "NotAllowed")
    need(home !== entry.home, "HomeUnchanged")
    need(this.#active(home), "NotGateway")
    this.#move(entry, home)
  }

  followRotation(_from: Hex, device: Hex): void {
    const entry = this.device(device)
    const successor = entry.home && this.gateway(entry.home).successor
    need(successor !== undefined, "NotRotated")
    this.#move(entry, successor)
  }

  isDelegate(device: Hex, who: Hex): boolean {
    const { status, delegates } = this.device(device)
    return status === "approved" && this.time < (delegates.get(who) ?? 0)
  }

  approveGateway(from: Hex, gateway: Hex): void {
    this.#decide(from, gateway, ["none"], "active")
  }

  suspendGateway(from: Hex, gateway: Hex): void {
    this.#decide(from, gateway, ["active"], "suspended")
  }

  resumeGateway(from: Hex, gateway: Hex): void {
    this.#decide(from, gateway, ["suspended"], "active")
  }

  rotateGateway(from: Hex, gateway: Hex, successor: Hex): void {
    need(from === OPERATOR, "OwnableUnauthorizedAccount")
    const [old, next] = [this.gateway(gateway), this.gateway(successor)]
    need(["active", "suspended"].includes(old.standing) && next.standing === "none", "WrongStanding")
    Object.assign(old, { standing: "retired", successor })
    Object.assign(next, { standing: "active", predecessor: gateway, closedTo: old.closedTo })
  }

  recordAnchor(from: Hex, epoch: number, previous: number): void {
    need(this.#active(from), "NotGateway")
    const entry = this.gateway(from)
    need(epoch > previous, "EpochNotAfter")
    need(epoch > entry.closedTo, "EpochClosed")
    need(!entry.anchored.has(epoch), "AlreadyAnchored")
    need(previous === 0 || this.#line(from).some(({ anchored }) => anchored.has(previous)), "PreviousMissing")
    entry.anchored.add(epoch)
  }

  checkReading(_from: Hex, device: Hex, role: number, gateway: Hex, epoch: number): void {
    const entry = this.device(device)
    need(entry.status === "approved" || entry.status === "revoked", "WrongStatus")
    need(role === entry.role, "RoleDiffers")
    need(gateway === entry.home || entry.former.has(gateway), "NeverHome")
    need(!entry.gaps.some(([after, to]) => epoch > after && epoch <= to), "RevokedAt")
  }

  /** A gateway and those it took over from. */
  #line(from: Hex): Gateway[] {
    const entry = this.gateway(from)
    return [entry, ...(entry.predecessor ? this.#line(entry.predecessor) : [])]
  }

  #active(gateway: Hex): boolean {
    return this.gateway(gateway).standing === "active"
  }

  /** One after the other, as the contract does: a device named twice has changed by then. */
  #each(devices: Hex[], status: Device["status"], before: () => void): void {
    const seen = new Set<Hex>()
    for (const device of devices) {
      before()
      need(this.device(device).status === status && !seen.has(device), "WrongStatus")
      seen.add(device)
    }
  }

  #close(home: Hex, last: number): void {
    if (last === 0) return
    const entry = this.gateway(home)
    need(entry.anchored.has(last), "EpochNotAnchored")
    entry.closedTo = Math.max(entry.closedTo, last)
  }

  #controlled(from: Hex, device: Hex): Device {
    const entry = this.device(device)
    need(entry.status === "approved", "WrongStatus")
    need(entry.controller === from, "NotAllowed")
    return entry
  }

  #move(entry: Device, home: Hex): void {
    entry.former.add(entry.home!)
    entry.home = home
  }

  #decide(from: Hex, gateway: Hex, before: Gateway["standing"][], after: Gateway["standing"]): void {
    need(from === OPERATOR, "OwnableUnauthorizedAccount")
    const entry = this.gateway(gateway)
    need(before.includes(entry.standing), "WrongStanding")
    entry.standing = after
  }
}

/** Calls that the model knows. */
export type Step = Exclude<keyof Model, "time" | "devices" | "gateways" | "call" | "device" | "gateway" | "isDelegate">

function getOrSet<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make()
  map.set(key, found)
  return found
}
