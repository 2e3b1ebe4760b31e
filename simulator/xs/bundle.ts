/** Where the bundles of the device code are (`setup/bundle.js` makes them). */
import { fileURLToPath } from "node:url"
import type { LinkName } from "../../src/protocol/link-message.ts"

/** What a board on this link runs. */
export function bundleOf(link: LinkName = "wifi"): string {
  const name = link === "serial" ? "device-serial.js" : "device.js"
  return fileURLToPath(new URL(`../../build/device/${name}`, import.meta.url))
}
