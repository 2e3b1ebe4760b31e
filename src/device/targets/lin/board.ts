/** A board of files, for one wake a run: what a power cut takes is a matter of deleting `NAME.retained`. */
import { CoapLink } from "../../links/coap-link.ts"
import type { Board } from "../../ports.ts"
import { crypto, randomize } from "../native/crypto.ts"
import { createTimer } from "../timer.ts"
import { openDatagrams } from "../udp.ts"
import { exit, flash, now, print, random, readFile, writeFile } from "./natives.ts"

const FLASH_BYTES = 64 * 4096
/** The system's clock is disciplined (assumed). */
const PPM = 20

export interface LinBoardOptions {
  /** `NAME.flash` and `NAME.retained` are the board's memory. */
  name: string
  /** the gateway: IPv4 address and port */
  host: string
  port: number
}

export function createBoard({ name, host, port }: LinBoardOptions): Board {
  flash.open(`${name}.flash`, FLASH_BYTES)
  randomize(random(32))
  const memory = `${name}.retained`
  const kept = readFile(memory)
  return {
    flash: { size: FLASH_BYTES, sectorSize: 4096, read: flash.read, write: flash.write, erase: flash.erase },
    retained: { read: () => readFile(memory), write: (bytes) => writeFile(memory, bytes) },
    crypto,
    clock: { now, ppm: PPM },
    entropy: { random },
    // Something that changes, and is known: the hour of the board's clock, and a constant.
    sensor: { sample: () => [(now() / 3_600_000_000) % 24, 50] },
    power: {
      reason: kept ? "timer" : "power-on",
      batteryMillivolts: 0,
      sleep(until) {
        print(JSON.stringify({ e: "sleep", until, now: now() }))
        exit(0)
      },
    },
    openLink: (remembered) => new CoapLink({ datagrams: openDatagrams(host, port), timer: createTimer(), remembered }),
    trace: (event) => print(JSON.stringify(event)),
  }
}
