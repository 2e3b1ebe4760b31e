// An ESP32 that waits for its firmware, at the end of a serial port: reset lines, the ROM's loader and the flasher stub, as
// far as esptool-js speaks to them (Espressif, "Serial Protocol"). Written from that document.
import { createHash } from "node:crypto"
import { inflateSync } from "node:zlib"

const END = 0xc0
const ESCAPE = 0xdb
const Command = {
  memBegin: 0x05,
  memEnd: 0x06,
  memData: 0x07,
  sync: 0x08,
  writeRegister: 0x09,
  readRegister: 0x0a,
  changeBaud: 0x0f,
  deflateBegin: 0x10,
  deflateData: 0x11,
  deflateEnd: 0x12,
  md5: 0x13,
  security: 0x14,
  eraseFlash: 0xd0,
}
const MAGIC_REGISTER = 0x40001000
/** Of the first ESP32: bits 20 to 26 count the changes of flash encryption. */
const CRYPT_REGISTER = 0x3ff5a000
const UNSUPPORTED = 0x05

/**
 * `chipId`: as in GET_SECURITY_INFO; `magic`: of a chip too old to know that command. `usb`: the chip's own USB, whose reset
 * is another; `mode` that it is in already; `cryptCount`: bits that say whether flash is encrypted. Faults: `breakAfter` blocks the line ends; `rot` is the address of a bit that does not hold.
 */
export class RomLoader {
  signals = []
  bauds = []
  flash = new Map()
  /** "application", "loader" or "stub" */
  mode
  boots = []
  blocks = 0
  commands = []
  #options
  #pins = { dataTerminalReady: false, requestToSend: false }
  #bootPin = false
  #input = []
  #escaped = false
  #write
  #controller
  #lose

  constructor(options = {}) {
    this.#options = { chipId: 13, cryptCount: 0, ...options }
    this.mode = options.mode ?? "application"
    this.lost = new Promise((_, reject) => {
      this.#lose = reject
    })
    this.lost.catch(() => {})
  }

  // Web Serial

  getInfo() {
    return this.#options.usb
      ? { usbVendorId: 0x303a, usbProductId: 0x1001 }
      : { usbVendorId: 0x1a86, usbProductId: 0x55d3 }
  }

  async open({ baudRate }) {
    this.bauds.push(baudRate)
    this.readable = new ReadableStream({
      start: (controller) => {
        this.#controller = controller
      },
    })
    this.writable = new WritableStream({ write: (bytes) => this.#receive(bytes) })
  }

  async close() {
    this.closed = true
  }

  async setBaudRate(baudRate) {
    this.bauds.push(baudRate)
  }

  /** RTS holds the chip in reset; what DTR says then, or for USB when reset begins, chooses loader or application. */
  async setSignals(signals) {
    this.signals.push({ ...signals })
    const before = this.#pins
    const defined = Object.entries(signals).filter(([, value]) => value !== undefined)
    this.#pins = { ...before, ...Object.fromEntries(defined) }
    if (!before.requestToSend && this.#pins.requestToSend) this.#bootPin = before.dataTerminalReady
    if (before.requestToSend && !this.#pins.requestToSend)
      this.#boot(this.#options.usb ? this.#bootPin : this.#pins.dataTerminalReady)
  }

  #boot(loader) {
    this.mode = loader ? "loader" : "application"
    this.boots.push(this.mode)
  }

  // SLIP

  #receive(bytes) {
    for (const byte of bytes) {
      if (byte === END) {
        const packet = Uint8Array.from(this.#input)
        this.#input = []
        if (packet.length >= 8 && this.mode !== "application") this.#command(packet)
      } else if (byte === ESCAPE) this.#escaped = true
      else {
        this.#input.push(this.#escaped ? (byte === 0xdc ? END : ESCAPE) : byte)
        this.#escaped = false
      }
    }
  }

  #send(packet) {
    const escaped = [...packet].flatMap((byte) =>
      byte === END ? [ESCAPE, 0xdc] : byte === ESCAPE ? [ESCAPE, 0xdd] : [byte],
    )
    this.#controller.enqueue(Uint8Array.from([END, ...escaped, END]))
  }

  /** The stub's status has two bytes, the ROM's four. */
  #answer(op, { value = 0, data = [], error = 0 } = {}) {
    const status = [error ? 1 : 0, error, ...(this.mode === "stub" ? [] : [0, 0])]
    const head = Buffer.alloc(8)
    head.set([1, op])
    head.writeUInt16LE(data.length + status.length, 2)
    head.writeUInt32LE(value >>> 0, 4)
    this.#send([...head, ...data, ...status])
  }

  // Commands

  #command(packet) {
    const op = packet[1]
    const body = Buffer.from(packet.subarray(8))
    this.commands.push(op)
    const { chipId, magic, cryptCount } = this.#options
    switch (op) {
      case Command.sync:
        for (let i = 0; i < 8; i++) this.#answer(op, { value: 0x20120707 })
        return
      case Command.security: {
        if (magic !== undefined) return this.#answer(op, { error: UNSUPPORTED })
        const data = Buffer.alloc(20)
        data[4] = cryptCount
        data.writeUInt32LE(chipId, 12)
        return this.#answer(op, { data })
      }
      case Command.readRegister:
        return this.#answer(op, {
          value: { [MAGIC_REGISTER]: magic, [CRYPT_REGISTER]: cryptCount << 20 }[body.readUInt32LE(0)] ?? 0,
        })
      case Command.eraseFlash:
        this.flash.clear()
        return this.#answer(op)
      case Command.memEnd:
        this.#answer(op)
        this.mode = "stub"
        return this.#send(Buffer.from("OHAI"))
      case Command.deflateBegin:
        this.#write = { size: body.readUInt32LE(0), blocks: body.readUInt32LE(4), at: body.readUInt32LE(12), parts: [] }
        return this.#answer(op)
      case Command.deflateData:
        return this.#block(op, body, packet.subarray(4, 8))
      case Command.md5:
        return this.#answer(op, {
          data: createHash("md5")
            .update(this.read(body.readUInt32LE(0), body.readUInt32LE(4)))
            .digest(),
        })
      default:
        return this.#answer(op)
    }
  }

  #block(op, body, [checksum]) {
    if (this.blocks++ === this.#options.breakAfter) {
      this.#controller.error(new Error("gone"))
      return this.#lose(new Error("the port went away"))
    }
    const data = body.subarray(16, 16 + body.readUInt32LE(0))
    if (data.reduce((sum, byte) => sum ^ byte, 0xef) !== checksum) return this.#answer(op, { error: 7 })
    this.#write.parts.push(data)
    if (this.#write.parts.length === this.#write.blocks) this.#program(inflateSync(Buffer.concat(this.#write.parts)))
    this.#answer(op)
  }

  #program(image) {
    const { at, size } = this.#write
    for (let i = 0; i < size; i++) this.flash.set(at + i, image[i])
    const { rot } = this.#options
    if (this.flash.has(rot)) this.flash.set(rot, this.flash.get(rot) ^ 1)
  }

  read(address, length) {
    return Buffer.from(Array.from({ length }, (_, i) => this.flash.get(address + i) ?? 0xff))
  }
}
