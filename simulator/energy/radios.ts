/** What the board takes while its radio works, by link. */
import { DormouseError } from "../../src/protocol/index.ts"
import type { Chip, RadioCurrents } from "./chips.ts"
import { cited } from "./figure.ts"

export type LinkKind = "wifi" | "802154" | "lora" | "serial"

/** A radio of its own on SPI. The chip's own current comes on top. */
export const sx1272: RadioCurrents = {
  listen: cited(9.7, "mA", "SX1272 data sheet: receive, 868 MHz band"),
  receive: cited(9.7, "mA", "SX1272 data sheet: receive, 868 MHz band"),
  transmit: cited(44, "mA", "SX1272 data sheet: 24 to 44 mA by power; the upper end"),
}

/** Milliamperes of the whole board. Throws `E_CHIP_RADIO`. */
export function radioCurrents(chip: Chip, link: LinkKind): { listen: number; receive: number; transmit: number } {
  switch (link) {
    case "wifi":
      return sum(chip.wifi, 0)
    case "802154":
      if (!chip.ieee802154)
        throw new DormouseError("E_CHIP_RADIO", "This chip has no 802.15.4 radio: take esp32c6 or esp32c5.")
      return sum(chip.ieee802154, 0)
    case "lora":
      return sum(sx1272, chip.idle.value)
    case "serial":
      return { listen: chip.idle.value, receive: chip.idle.value, transmit: chip.idle.value }
  }
}

function sum({ listen, receive, transmit }: RadioCurrents, chip: number) {
  return { listen: listen.value + chip, receive: receive.value + chip, transmit: transmit.value + chip }
}
