/** Which device of a live fleet talks over which link. */
import { DormouseError } from "../../src/protocol/index.ts"
import type { Medium } from "./medium.ts"

/** The links that live devices have. */
export const liveLinks = ["wifi", "serial"] as const

export type LiveLink = (typeof liveLinks)[number]

/** So many devices in a row, from the first on. */
export interface LinkShare {
  link: LiveLink
  devices: number
}

/** Reads `wifi:8,serial:4`. Throws `E_LINKS`. */
export function parseLinks(text: string): LinkShare[] {
  const shares = text.split(",").map((part) => {
    const [, name, count] = /^(\w+):(\d{1,6})$/.exec(part.trim()) ?? []
    const link = liveLinks.find((known) => known === name)
    const devices = Number(count)
    if (!link || !(devices > 0))
      throw new DormouseError("E_LINKS", `"${part}" is none: give wifi:N, serial:N or both with a comma between.`)
    return { link, devices }
  })
  if (new Set(shares.map(({ link }) => link)).size < shares.length)
    throw new DormouseError("E_LINKS", `"${text}" names a link twice: add its devices up.`)
  return shares
}

export function deviceCount(shares: readonly LinkShare[]): number {
  return shares.reduce((sum, { devices }) => sum + devices, 0)
}

export function linkOf(shares: readonly LinkShare[], device: number): LiveLink {
  let first = 0
  for (const { link, devices } of shares) {
    first += devices
    if (device < first) return link
  }
  return "wifi"
}

/** One medium out of several: each device has that of its link. */
export function mediumOf(media: ReadonlyMap<LiveLink, Medium>, shares: readonly LinkShare[]): Medium {
  return {
    open: (device, receive) => media.get(linkOf(shares, device))!.open(device, receive),
    close: () => {
      for (const medium of media.values()) medium.close()
    },
  }
}
