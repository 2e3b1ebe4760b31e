/** A running rv32 board in QEMU: its serial line, its power. */
import { type ChildProcess, spawn } from "node:child_process"
import type { Writable } from "node:stream"
import { encodeSerialFrame, type SerialFrame, SerialReader } from "../../../src/protocol/serial-frame.ts"
import type { Image } from "./image.ts"
import { QEMU } from "./toolchain.ts"

/** What the board's memories take; PMP leaves the program 192 KiB of it (firmware/main.c). */
const RAM = "16M"
const MOST_PAYLOAD = 1_155
const NEWLINE = 0x0a

export interface BoardOptions {
  image: Image
  /** path of its data flash (data-flash.ts), which outlives the board */
  dataFlash: string
  /**
   * `real`: time goes on as on the host. `counted`: one instruction is one nanosecond, sleep takes no time at all, and
   * time stands still while the board awaits an answer: a run depends on what the board hears and on nothing else.
   */
  clock?: "real" | "counted"
  /** file that the entropy source reads; default: the host's own */
  entropy?: string
  /** power fails at this write or erase of flash, counted from 1 at power-on, when that part of it (0 to 1) is done */
  cut?: { after: number; tear: number }
}

/**
 * A line of the console: what happened, when (µs since power-on), after how many instructions since reset. These are exact
 * where the clock is `counted`; else QEMU takes ticks of the host for them.
 */
export interface BoardLine {
  what: string
  instructions: number
  micros: number
  text: string
}

export interface BoardListener {
  line?(line: BoardLine): void
  frame?(frame: SerialFrame): void
  /** everything, as it comes */
  bytes?(bytes: Uint8Array): void
}

/**
 * QEMU writes byte by byte. Into the sockets that Node gives its children few hundred bytes go that way; into a pipe 64 K
 * do, so that the board's UART never has to wait for us. The emulator's exit code comes by descriptor 3; whatever ends
 * the pipe ends them all.
 */
const SCRIPT = '{ "$@"; echo "$?" >&3; } | { cat 3>&-; kill -9 0; }'

export class QemuBoard {
  readonly #process: ChildProcess
  #said = ""
  #exitCode = ""
  #stopping = false
  /** Resolves when power is off; rejects where the emulator failed. */
  readonly ended: Promise<void>

  constructor(options: BoardOptions, listener: BoardListener) {
    const command = ["-c", SCRIPT, "sh", QEMU, ...argumentsOf(options)]
    this.#process = spawn("sh", command, { stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"], detached: true })
    const console = new ConsoleReader(listener)
    this.#process.stdout!.on("data", (bytes: Uint8Array) => {
      listener.bytes?.(bytes)
      console.push(bytes)
    })
    this.#process.stderr!.on("data", (bytes) => {
      this.#said += bytes
    })
    this.#process.stdio[3]!.on("data", (bytes) => {
      this.#exitCode += bytes
    })
    this.#process.stdin!.on("error", () => {})
    this.#process.stdio[4]!.on("error", () => {}).on("data", () => {})
    this.ended = new Promise((resolve, reject) => {
      this.#process.once("error", reject)
      this.#process.once("close", () => {
        if (this.#stopping || this.#exitCode.trim() === "0") resolve()
        else reject(new Error(`QEMU ended with ${this.#exitCode.trim()}: ${this.#said}`))
      })
    })
    this.ended.catch(() => {})
  }

  /** Puts bytes on the board's serial line. */
  write(bytes: Uint8Array): void {
    this.#process.stdin!.write(bytes)
  }

  send(frame: SerialFrame): void {
    this.write(encodeSerialFrame(frame))
  }

  /** Pulls the board's reset pin: memory stays as it is, nothing was planned. */
  reset(): void {
    const monitor = this.#process.stdio[4] as Writable
    monitor.write("system_reset\n")
  }

  /** Cuts power now, wherever the board is. */
  async stop(): Promise<void> {
    this.#stopping = true
    try {
      process.kill(-this.#process.pid!, "SIGKILL")
    } catch {
      // It has ended by itself, or never began.
    }
    await this.ended.catch(() => {})
  }
}

/** Takes the board's lines as they end, and the frames between them. */
class ConsoleReader {
  readonly #listener: BoardListener
  readonly #frames: SerialReader
  #piece: number[] = []

  constructor(listener: BoardListener) {
    this.#listener = listener
    this.#frames = new SerialReader(MOST_PAYLOAD, { frame: (frame) => listener.frame?.(frame) })
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      this.#piece.push(byte)
      // A frame of the board's holds bytes that no line has: its first, for one.
      if (byte === NEWLINE && this.#piece.every((each) => each === NEWLINE || (each >= 0x20 && each < 0x7f)))
        this.#line(String.fromCharCode(...this.#piece.splice(0)))
      else if (byte === 0) this.#frames.push(Uint8Array.from(this.#piece.splice(0)))
    }
  }

  #line(line: string): void {
    const [, what, instructions, micros, text] = /^(\S+) (\d+) (\d+) (.*)\n$/.exec(line) ?? []
    if (text !== undefined)
      this.#listener.line?.({ what: what!, instructions: Number(instructions), micros: Number(micros), text })
  }
}

/** Eight bytes as in firmware/straps.h, where its RAM ends. */
function straps({ clock, cut }: BoardOptions): string {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32LE(cut?.after ?? 0, 0)
  bytes.writeUInt8(Math.min(255, Math.floor((cut?.tear ?? 0) * 256)), 4)
  bytes.writeUInt8(clock === "counted" ? 1 : 0, 5)
  return `loader,addr=0x80430000,data=${bytes.readBigUInt64LE()},data-len=8`
}

function argumentsOf(options: BoardOptions): string[] {
  const { image, dataFlash, clock = "real", entropy = "/dev/urandom" } = options
  return [
    ...["-machine", "virt", "-cpu", "rv32", "-m", RAM, "-bios", "none", "-display", "none"],
    ...["-chardev", "socket,id=monitor,fd=4", "-mon", "chardev=monitor"],
    ...["-drive", `if=pflash,unit=0,format=raw,readonly=on,file=${image.bank}`],
    ...["-drive", `if=pflash,unit=1,format=raw,file=${dataFlash}`],
    ...["-global", "virtio-mmio.force-legacy=false", "-object", `rng-random,id=entropy,filename=${entropy}`],
    ...["-device", "virtio-rng-device,rng=entropy,period=1", "-rtc", "clock=vm", "-serial", "stdio"],
    ...["-device", straps(options)],
    ...(clock === "counted" ? ["-icount", "shift=0,sleep=off"] : []),
  ]
}
