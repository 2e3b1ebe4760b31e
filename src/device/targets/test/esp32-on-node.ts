/**
 * The whole firmware of `esp32/`, its C and the SDK's modules replaced: each wake loads the bundle anew, as a boot does, and
 * ends in deep sleep. The cable is a stream, the network this machine's.
 */
import { createSocket } from "node:dgram"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Duplex } from "node:stream"
import { fileURLToPath, pathToFileURL } from "node:url"
import { build } from "esbuild"
import { crypto } from "../../../../as/index.ts"
import { TestFlash } from "../../test/test-board.ts"

const root = fileURLToPath(new URL("../../../..", import.meta.url))

/** Modules of the SDK: what each of them is comes from the bench that is awake. */
const MODULES = {
  timer: "timer",
  "mc/config": "config",
  "embedded:io/serial": "Serial",
  "embedded:io/socket/udp": "UDP",
  "embedded:io/i2c": "I2C",
  "embedded:io/analog": "Analog",
  "embedded:io/digital": "Digital",
  "embedded:io/spi": "SPI",
  "embedded:sensor/Humidity-Temperature/SHT3x": "SHT3x",
  "embedded:sensor/Barometer-Temperature/BMP280": "BMP280",
  sx127x: "SX127x",
} as const

declare global {
  var esp32: Record<string, unknown>
  var native: (name: string) => (...args: never[]) => unknown
}

let bundle: Promise<string> | undefined

async function bundled(): Promise<string> {
  const outfile = join(mkdtempSync(join(tmpdir(), "dormouse-esp32-")), "main.mjs")
  await build({
    entryPoints: [join(root, "src/device/targets/esp32/main.ts")],
    outfile,
    bundle: true,
    format: "esm",
    platform: "neutral",
    plugins: [
      {
        name: "the SDK's modules",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /.*/ }, ({ path }) =>
            Object.hasOwn(MODULES, path) ? { path, namespace: "sdk" } : undefined,
          )
          onLoad({ filter: /.*/, namespace: "sdk" }, ({ path }) => ({
            contents: `export default globalThis.esp32[${JSON.stringify(MODULES[path as keyof typeof MODULES])}]`,
          }))
        },
      },
    ],
  })
  return outfile
}

interface SerialOptions {
  onReadable(bytes: number): void
  onWritable(bytes: number): void
}

type Natives = Record<string, (...args: never[]) => unknown>

export class Esp32 {
  /** The other end of the cable. */
  readonly cable: Duplex
  /** Lines that the board wrote, and those of them that are JSON. */
  readonly lines: string[] = []
  readonly flash = new TestFlash(64)
  /** What the sensor measures. */
  climate = { temperature: 21.5, humidity: 40 }
  sensorAnswers = true
  joins: { channel: number; fast: boolean }[] = []
  /** microseconds of the last deep sleep */
  slept = 0
  #cause = 0
  #retained = new Map<string, Uint8Array>()
  #stage = new Uint8Array(0)
  #crashes = 0
  #boots = 0
  #asleep: (end: "sleep" | "restart") => void = () => {}
  #serial: SerialOptions | undefined
  #incoming: Buffer = Buffer.alloc(0)
  #text = ""

  constructor() {
    this.cable = new Duplex({
      read() {},
      write: (bytes: Buffer, _, done) => {
        // Nobody listens before the firmware has opened its port.
        if (this.#serial) {
          this.#incoming = Buffer.concat([this.#incoming, bytes])
          this.#serial.onReadable.call(this.#port, this.#incoming.length)
        }
        done()
      },
    })
  }

  get traces(): Record<string, unknown>[] {
    return this.lines.flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []))
  }

  /** Boots; resolves when it sleeps, or restarts. `reset`: by its button, not by the timer. */
  async wake(reset = false): Promise<"sleep" | "restart"> {
    bundle ??= bundled()
    const path = await bundle
    if (reset) {
      this.#cause = 0
      this.#retained.clear()
      this.#stage = new Uint8Array(0)
    } else this.#cause = 1
    globalThis.esp32 = this.#modules()
    const natives = this.#natives()
    globalThis.native = (name) => natives[name.replace("xs_dormouse_", "")] ?? missing(name)
    const { default: main } = await import(`${pathToFileURL(path)}?boot=${++this.#boots}-${Math.trunc(this.slept)}`)
    return new Promise((resolve) => {
      this.#asleep = (end) => {
        this.#serial = undefined
        resolve(end)
      }
      main()
    })
  }

  readonly #port = {
    read: (length: number) => {
      const bytes = this.#incoming.subarray(0, length)
      this.#incoming = this.#incoming.subarray(length)
      return Uint8Array.from(bytes).buffer
    },
  }

  /** A UART that takes 128 bytes at a time. */
  #say(bytes: Uint8Array): void {
    if (bytes.length > 128) throw new RangeError(`${bytes.length} bytes do not fit the UART`)
    this.cable.push(Buffer.from(bytes))
    this.#text += String.fromCharCode(...bytes)
    const lines = this.#text.split("\r\n")
    this.#text = lines.pop()!
    this.lines.push(...lines.map((line) => line.slice(line.lastIndexOf("\0") + 1)))
    setTimeout(() => this.#serial?.onWritable.call(this.#port, 128), 1)
  }

  #modules(): Record<string, unknown> {
    const esp32 = this
    class Serial {
      constructor(options: SerialOptions) {
        esp32.#serial = options
        setTimeout(() => options.onWritable.call(esp32.#port, 128), 1)
      }
      write(bytes: Uint8Array) {
        esp32.#say(bytes)
      }
    }
    class UDP {
      readonly #socket = createSocket("udp4")
      #packets: (ArrayBuffer & { address: string; port: number })[] = []
      constructor({ onReadable }: { onReadable(this: UDP, packets: number): void }) {
        this.#socket.on("message", (bytes, { address, port }) => {
          this.#packets.push(Object.assign(Uint8Array.from(bytes).buffer, { address, port }))
          onReadable.call(this, 1)
        })
      }
      read() {
        return this.#packets.shift()
      }
      write(bytes: Uint8Array, address: string, port: number) {
        this.#socket.send(bytes, port, address)
      }
      close() {
        this.#socket.close()
      }
    }
    class SHT3x {
      sample() {
        if (!esp32.sensorAnswers) throw new Error("i2c: no answer")
        const { temperature, humidity } = esp32.climate
        return { thermometer: { temperature }, hygrometer: { humidity } }
      }
      close() {}
    }
    class Nothing {}
    const timer = {
      set: (callback: () => void, ms = 0) => setTimeout(callback, ms),
      repeat: (callback: () => void, ms: number) => setInterval(callback, ms),
      clear: (id: NodeJS.Timeout) => clearTimeout(id),
      delay() {},
    }
    const config = { console: { port: 0, receive: 17, transmit: 16, baud: 115_200 } }
    const none = { I2C: Nothing, Analog: Nothing, Digital: Nothing, SPI: Nothing, BMP280: Nothing, SX127x: Nothing }
    return { timer, config, Serial, UDP, SHT3x, ...none }
  }

  #natives(): Natives {
    const retained = this.#retained
    const way = Uint8Array.of(2, 0, 0, 0, 0, 1, 11, 10, 0, 0, 7, 255, 255, 255, 0, 10, 0, 0, 1)
    let wifi = 0
    const memory = (name: string) => ({
      [`retained_read${name}`]: () => retained.get(name),
      [`retained_write${name}`]: (bytes: Uint8Array) => void retained.set(name, bytes.slice()),
    })
    const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    const methods = Object.entries(crypto).map(([name, method]) => [snake(name), method])
    const natives = {
      ...Object.fromEntries(methods),
      randomize() {},
      ...memory(""),
      ...memory("_record"),
      flash_open: () => this.flash.size,
      flash_read: (offset: number, length: number) => this.flash.read(offset, length),
      flash_write: (offset: number, bytes: Uint8Array) => this.flash.write(offset, bytes),
      flash_erase: (offset: number, length: number) => this.flash.erase(offset, length),
      power_now: () => performance.now() * 1000,
      power_cause: () => this.#cause,
      power_reset_reason: () => 6,
      power_wake_on_pin() {},
      power_sleep: (micros: number) => {
        this.slept = micros
        this.#asleep("sleep")
      },
      power_free_heap: () => 0,
      power_restart: () => this.#asleep("restart"),
      entropy_random: (length: number) => globalThis.crypto.getRandomValues(new Uint8Array(length)),
      watchdog_start() {},
      watchdog_feed() {},
      crash_count: () => (this.#stage.length > 0 ? ++this.#crashes : this.#crashes),
      crash_stage: () => this.#stage,
      crash_enter: (stage: Uint8Array) => {
        this.#stage = stage.slice()
      },
      crash_forget: () => {
        this.#crashes = 0
      },
      wifi_start: (...[, , , channel]: [Uint8Array, Uint8Array, Uint8Array, number, Uint8Array]) => {
        this.joins.push({ channel, fast: channel !== 0 })
        wifi = 3
      },
      wifi_state: () => wifi,
      wifi_lost_because: () => 0,
      wifi_way_in: () => way,
      wifi_stop: () => {
        wifi = 0
      },
      ...Object.fromEntries(
        ["start", "send", "sending", "receive", "missed", "stop"].map((name) => [`ieee802154_${name}`, () => 0]),
      ),
    }
    return natives as unknown as Natives
  }
}

function missing(name: string): never {
  throw new Error(`the bench has no ${name}`)
}
