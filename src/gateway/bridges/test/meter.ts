/** A meter for tests: what was dropped stands in a list. */
import type { LinkMeter } from "../bridge.ts"

export function testMeter(drops: string[] = []): LinkMeter {
  return { frame() {}, dropped: (code) => void drops.push(code), retried() {}, reassembled() {}, quality() {} }
}
