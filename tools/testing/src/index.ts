/**
 * Helpers of the project's own tests and tools: what a test needs and the reason it is skipped, children in fresh
 * namespaces or as another user, temporary directories, and the machine before and after.
 * @packageDocumentation
 */
export { kernelTest, missing, requires } from './needs.ts'
export type { Needs, Gated } from './needs.ts'
export { asRoot, asUser, forEachPrivilege, testUser } from './privilege.ts'
export type { Privilege } from './privilege.ts'
export { runCommand, runScript } from './script.ts'
export type { CommandOptions, Namespace, RunResult, ScriptOptions } from './script.ts'
export { parseStrace, strace } from './strace.ts'
export type { TracedCall } from './strace.ts'
export { tempDir, tempDirSync } from './temp.ts'
export type { TempDir } from './temp.ts'
export { compareMachine, machineSnapshot } from './machine/snapshot.ts'
export type { MachineDifference, MachineSnapshot, SnapshotOptions } from './machine/snapshot.ts'
export { debianRoot } from './debian.ts'
export { eventually } from './eventually.ts'
export { javaScript, sourceFlags } from './node.ts'
export { repetitions, slowness } from './slowness.ts'
export { startRegistry } from './registry.ts'
export type { RegistryOptions, TestRegistry } from './registry.ts'
export { busyboxPath, putFile, writeBusybox } from './busybox.ts'
