/** A running board: lines in, lines out, every instruction counted. */
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { QEMU } from "./toolchain.ts"

/** One instruction is one tick of virtual time, and waiting costs none: counts do not depend on the host. */
const ICOUNT = ["-icount", "shift=0,sleep=off"]
const MACHINE = ["-machine", "virt", "-cpu", "rv32", "-m", "8M", "-bios", "none", "-nographic", "-monitor", "none"]

export interface Answer {
  status: number
  result: string
  instructions: number
}

export class Machine {
  readonly #process: ChildProcess
  readonly #waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = []
  #output = ""

  constructor(elf: string) {
    this.#process = spawn(QEMU, [...MACHINE, ...ICOUNT, "-serial", "stdio", "-kernel", elf], {
      stdio: ["pipe", "pipe", "inherit"],
    })
    createInterface({ input: this.#process.stdout! }).on("line", (line) => {
      this.#output += `${line}\n`
      this.#waiting.shift()?.resolve(line)
    })
    this.#process.once("exit", () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`the board ended:\n${this.#output}`))
    })
  }

  /** Everything the board has printed. */
  get output(): string {
    return this.#output
  }

  /** Sends one line, resolves with the next line of output. */
  line(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#process.stdin!.write(`${text}\n`)
    })
  }

  /** One function of the crypto shell. */
  async call(name: string, ...parameters: Uint8Array[]): Promise<Answer> {
    const texts = parameters.map((bytes) => Buffer.from(bytes).toString("hex") || "-")
    const line = await this.line([name, ...texts].join(" "))
    const [status, result, instructions] = line.split(" ")
    return { status: Number(status), result: result === "-" ? "" : result!, instructions: Number(instructions) }
  }

  stop(): void {
    this.#process.kill("SIGKILL")
  }
}
