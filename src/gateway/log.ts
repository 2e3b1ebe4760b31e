/** The part of a pino logger that the rooms use. */
export interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const silentLog: Logger = { info() {}, warn() {}, error() {} }
