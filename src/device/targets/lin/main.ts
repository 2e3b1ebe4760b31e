/** `dormouse NAME HOST PORT`: one wake of a board of files. The next run is the next wake. */
import { wake } from "../../wake.ts"
import { createBoard } from "./board.ts"
import { argument, exit, print } from "./natives.ts"

export default function main(): void {
  const [name, host, port] = [argument(1), argument(2), Number(argument(3))]
  if (name === undefined || host === undefined || !(port > 0 && port < 65_536)) {
    print("usage: dormouse NAME HOST PORT")
    exit(2)
    return
  }
  wake(createBoard({ name, host, port })).catch((error: Error) => {
    print(JSON.stringify({ e: "error", message: error.message }))
    exit(1)
  })
}
