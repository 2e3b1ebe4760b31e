import { GatewayError } from "../../errors.ts"

/** `viewer` reads, `operator` also changes. */
export type Role = "viewer" | "operator"

export interface Identity {
  name: string
  role: Role
  /** only these, in lower case with 0x; absent: all */
  devices?: string[]
}

/** Somebody on this machine without a token. */
export const ANYBODY: Identity = { name: "loopback", role: "viewer" }

/** Throws `E_TOKEN` where a token would help, `E_FORBIDDEN` where this one does not. */
export function requireRole(identity: Identity, role: Role): void {
  if (role === "viewer" || identity.role === "operator") return
  if (identity === ANYBODY) throw new GatewayError("E_TOKEN", "This changes something: it needs an operator's token.")
  throw new GatewayError("E_FORBIDDEN", `"${identity.name}" is a viewer: this needs an operator's token.`)
}

/** Throws `E_FORBIDDEN`. */
export function requireDevice(identity: Identity, address: string): void {
  if (!mayRead(identity, address))
    throw new GatewayError("E_FORBIDDEN", `"${identity.name}" is limited to other devices.`)
}

export function mayRead({ devices }: Identity, address: string): boolean {
  return devices === undefined || devices.includes(address.toLowerCase())
}

/** The access log is for operators and for a device's owner: whoever holds a token for just that device. */
export function mayReadLog({ role, devices }: Identity, address: string): boolean {
  return role === "operator" ? mayRead({ devices } as Identity, address) : Boolean(devices?.includes(address))
}
