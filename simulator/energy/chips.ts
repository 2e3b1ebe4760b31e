/** Currents and speeds of the ESP32 family at 3.3 V and 25 degC. Radio figures are those of the whole chip. */
import { assumed, cited, type Figure } from "./figure.ts"

export interface RadioCurrents {
  listen: Figure
  receive: Figure
  transmit: Figure
}

export interface Chip {
  deepSleep: Figure
  /** from the wake-up to the first instruction of the device's program: ROM, bootloader, XS starting */
  boot: { time: Figure; current: Figure }
  /** the processor at work, radio off */
  cpu: Figure
  /** waiting for the flash, or for a radio of its own */
  idle: Figure
  /** millions of instructions a second of the interpreter */
  mips: Figure
  flash: { page: Figure; erase: Figure; current: Figure }
  /** the chip resets below this supply */
  brownOut: Figure
  wifi: RadioCurrents
  ieee802154?: RadioCurrents
}

const C6 = "ESP32-C6 data sheet v1.4"
const C5 = "ESP32-C5-MINI-1 data sheet v1.0"
const C3 = "ESP32-C3 data sheet"
const S3 = "ESP32-S3-WROOM-1 data sheet v1.8"
const ESP32 = "ESP32 data sheet v5.3"
const SLEEP = "Espressif's table of sleep currents"
const PEAK = "peak at 100 % duty, HT20 MCS7"

const flash = {
  page: cited(0.8, "ms/256 B", `typical; ${C6}, table 5-12`),
  erase: cited(70, "ms/4 KiB", `typical; ${C6}, table 5-12`),
  current: assumed(15, "mA", "of the flash itself; usual SPI NOR parts take 10 to 25 mA"),
}
const brownOut = cited(
  2700,
  "mV",
  `lowest supply of the 3.3 V flash; ${C6}, table 5-12. The brown-out detector is set there`,
)
const boot = (milliamperes: number) => ({
  time: assumed(120, "ms", "image check skipped after deep sleep (CONFIG_BOOTLOADER_SKIP_VALIDATE_IN_DEEP_SLEEP)"),
  current: assumed(milliamperes, "mA", "as the processor at work"),
})

/** At a clock of 160 MHz, where the flash's cache leaves about three quarters of the cycles. */
const mips = (value: number, why: string) => assumed(value, "MIPS", why)
const RISCV_MIPS = "160 MHz single issue, code partly in flash behind a cache; no measurement on a board"

function radio(listen: Figure, transmit: Figure): RadioCurrents {
  return { listen, receive: { ...listen, source: `as listening: ${listen.source}` }, transmit }
}

export const chips = {
  esp32: {
    deepSleep: cited(5, "uA", SLEEP),
    boot: {
      time: cited(270, "ms", "measured by users of ESP32 over Wi-Fi"),
      current: assumed(36, "mA", "as the processor at work"),
    },
    cpu: cited(36, "mA", `160 MHz, middle of 27 to 44 mA; ${ESP32}, table 4-2`),
    idle: assumed(27, "mA", `160 MHz, lower end of 27 to 44 mA; ${ESP32}, table 4-2`),
    mips: mips(110, "one Xtensa LX6 at 160 MHz, code partly in flash; no measurement on a board"),
    flash,
    brownOut,
    wifi: radio(cited(97, "mA", `${ESP32}, table 5-4: 95 to 100 mA`), cited(180, "mA", `${ESP32}, table 5-4, 802.11n`)),
  },
  esp32s3: {
    deepSleep: cited(6.8, "uA", SLEEP),
    boot: boot(40),
    cpu: assumed(40, "mA", "160 MHz, one core; between the rows of the data sheet's modem-sleep table"),
    idle: assumed(28, "mA", "160 MHz, waiting"),
    mips: mips(120, "one Xtensa LX7 at 160 MHz, code partly in flash; no measurement on a board"),
    flash,
    brownOut,
    wifi: radio(cited(95, "mA", `${S3}, table 6-4, HT20`), cited(286, "mA", `${S3}, table 6-4, ${PEAK}`)),
  },
  esp32c3: {
    deepSleep: cited(4.8, "uA", SLEEP),
    boot: boot(23),
    cpu: cited(23, "mA", `160 MHz running, peripheral clocks off; ${C3}, modem-sleep table`),
    idle: cited(16, "mA", `160 MHz idle, peripheral clocks off; ${C3}, modem-sleep table`),
    mips: mips(120, RISCV_MIPS),
    flash,
    brownOut,
    wifi: radio(cited(82, "mA", `${C3}, HT20`), cited(275, "mA", `${C3}, ${PEAK}`)),
  },
  esp32c6: {
    deepSleep: cited(6.7, "uA", SLEEP),
    boot: boot(27),
    cpu: cited(27, "mA", `160 MHz running, peripheral clocks off; ${C6}, table 5-10`),
    idle: cited(17, "mA", `160 MHz idle, peripheral clocks off; ${C6}, table 5-10`),
    mips: mips(120, RISCV_MIPS),
    flash,
    brownOut,
    wifi: radio(cited(78, "mA", `${C6}, table 5-7, HT20`), cited(280, "mA", `${C6}, table 5-7, ${PEAK}`)),
    ieee802154: radio(cited(74, "mA", `${C6}, table 5-9`), cited(305, "mA", `${C6}, table 5-9, 20 dBm, peak`)),
  },
  esp32c5: {
    deepSleep: cited(10, "uA", SLEEP),
    boot: boot(20),
    cpu: cited(20, "mA", `160 MHz CoreMark, peripheral clocks off; ${C5}, table 6-8`),
    idle: cited(15, "mA", `160 MHz, peripheral clocks off; ${C5}, table 6-8`),
    mips: mips(120, RISCV_MIPS),
    flash,
    brownOut,
    wifi: radio(assumed(88, "mA", "as ESP32-C61"), assumed(285, "mA", "as ESP32-C61, HT20 MCS7")),
    ieee802154: radio(cited(85, "mA", `${C5}, table 6-7`), cited(360, "mA", `${C5}, table 6-7, 20 dBm, peak`)),
  },
} satisfies Record<string, Chip>

export type ChipName = keyof typeof chips
