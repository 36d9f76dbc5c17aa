// Loaded into the CDK CLI by NODE_OPTIONS: it looks every five seconds whether a stack is ready, which here takes less than one.
const wait = globalThis.setTimeout;
globalThis.setTimeout = (work, milliseconds, ...rest) => wait(work, milliseconds === 5000 ? 100 : milliseconds, ...rest);
