/** Questions to child processes, and their answers. */
import { type ChildProcess, fork } from "node:child_process"

interface Question {
  name: string
  args: unknown[]
}

type Answer = { value: unknown } | { error: string }

export class Child {
  readonly #process: ChildProcess

  constructor(file: string, ...args: string[]) {
    this.#process = fork(new URL(file, import.meta.url), args, { serialization: "advanced" })
  }

  /** One question at a time. */
  ask<T>(name: string, ...args: unknown[]): Promise<T> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error(`the process ended while asked for ${name}`))
      this.#process.once("exit", ended)
      this.#process.once("message", (answer: Answer) => {
        this.#process.off("exit", ended)
        if ("error" in answer) reject(new Error(answer.error))
        else resolve(answer.value as T)
      })
      this.#process.send({ name, args } satisfies Question)
    })
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null) return
    const exited = new Promise((resolve) => this.#process.once("exit", resolve))
    await this.ask("end")
    this.#process.disconnect()
    await exited
  }
}

/** What a child does when asked; it ends when its parent is gone. */
// biome-ignore lint/suspicious/noExplicitAny: whatever a question takes
export function answering(answers: Record<string, (...args: any[]) => unknown>): void {
  process.on("message", async ({ name, args }: Question) => {
    try {
      process.send!({ value: await answers[name]!(...args) } satisfies Answer)
    } catch (error) {
      process.send!({ error: String((error as Error).stack) } satisfies Answer)
    }
  })
  process.on("disconnect", () => process.exit())
}
