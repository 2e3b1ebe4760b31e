import { decode } from "../../protocol/cbor/index.ts"
import { asProfile, type Profile } from "../../protocol/profile.ts"
import { type Device, statusNames } from "../store/devices.ts"
import type { Loss } from "../store/losses.ts"
import type { Store } from "../store/store.ts"
import { hex } from "./context.ts"

/** A device as the API and `dormouse devices` show it. */
export interface DeviceView {
  address: string
  id: number
  status: (typeof statusNames)[number]
  role: number
  profile: Profile
  /** highest seq up to which its hash chain is held */
  have: number
  reports: { stored: number; anchored: number }
  gaps: number
  /** ranges of seq that a restore lost for good */
  lost: Loss[]
  forks: number
  /** unix ms; null: never */
  lastSeen: number | null
  lastEpoch: number
}

export function deviceView({ reports, losses }: Pick<Store, "reports" | "losses">, device: Device): DeviceView {
  const { id, address, status, role, have, stored, anchored, lastSeen, lastEpoch } = device
  return {
    address: hex(address),
    id,
    status: statusNames[status]!,
    role,
    profile: profileOf(device),
    have,
    reports: { stored, anchored },
    gaps: reports.link.countGaps(id),
    lost: losses.of(id),
    forks: reports.countForks(id),
    lastSeen: lastSeen || null,
    lastEpoch,
  }
}

export function profileOf({ profile }: Device): Profile {
  return asProfile(decode(profile))
}
