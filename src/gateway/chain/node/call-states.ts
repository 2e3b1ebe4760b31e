import { equalsBytes } from "@ethereumjs/util"
import { openState, type State, type StateSource } from "./state.ts"

/**
 * States for calls that change nothing. Most ask about the head: its state is opened once and lent to one call after
 * the other, each of which leaves it as it was.
 */
export class CallStates {
  readonly #source: StateSource
  #root: Uint8Array | undefined
  #state: Promise<State> | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(source: StateSource) {
    this.#source = source
  }

  /** Runs `work` on the state at `root`, alone. */
  with<T>(root: Uint8Array, work: (state: State) => Promise<T>): Promise<T> {
    const result = this.#last.then(async () => work(await this.#open(root)))
    this.#last = result.catch(() => {})
    return result
  }

  #open(root: Uint8Array): Promise<State> {
    if (!this.#state || !this.#root || !equalsBytes(this.#root, root)) {
      this.#root = root
      this.#state = openState(this.#source, root)
    }
    return this.#state
  }
}
