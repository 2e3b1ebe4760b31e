/** Preloaded into the gateway of a simulation: when the simulation is gone, however it went, the gateway ends in good order. */
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"))
// The channel alone is no reason to go on.
process.channel?.unref()
