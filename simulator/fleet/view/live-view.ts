/** The view on a terminal: redrawn in place. */
import type { WriteStream } from "node:tty"
import { styleText } from "node:util"
import { createLogUpdate } from "log-update"
import { render } from "./render.ts"
import type { Snapshot } from "./snapshot.ts"
import { type Paint, plainPaint } from "./text.ts"
import type { View } from "./view.ts"

export function liveView(stream: WriteStream, env: { NO_COLOR?: string }): View {
  const log = createLogUpdate(stream)
  const paint: Paint = env.NO_COLOR ? plainPaint : (style, text) => styleText(style, text, { validateStream: false })
  let last: Snapshot | undefined
  const draw = () => {
    // The line behind the last one belongs to the cursor.
    if (last) log(render(last, stream.columns ?? 80, (stream.rows ?? 24) - 1, paint).join("\n"))
  }
  return {
    notice: (text) => (last ? log.persist(text) : stream.write(`${text}\n`)),
    event: () => {},
    update: (snapshot) => {
      last = snapshot
      draw()
    },
    end: () => {
      draw()
      log.done()
    },
  }
}
