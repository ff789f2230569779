/**
 * Calls that 32-bit x86 programs may also make through socketcall(2) and ipc(2), with the number of the
 * operation as first argument (linux/net.h, linux/ipc.h). The operation's own arguments lie behind a pointer,
 * where a filter cannot look.
 */
const socketcall: Readonly<Record<string, number>> = {
  socket: 1,
  bind: 2,
  connect: 3,
  listen: 4,
  accept: 5,
  getsockname: 6,
  getpeername: 7,
  socketpair: 8,
  send: 9,
  recv: 10,
  sendto: 11,
  recvfrom: 12,
  shutdown: 13,
  setsockopt: 14,
  getsockopt: 15,
  sendmsg: 16,
  recvmsg: 17,
  accept4: 18,
  recvmmsg: 19,
  sendmmsg: 20,
}

const ipc: Readonly<Record<string, number>> = {
  semop: 1,
  semget: 2,
  semctl: 3,
  semtimedop: 4,
  msgsnd: 11,
  msgrcv: 12,
  msgget: 13,
  msgctl: 14,
  shmat: 21,
  shmdt: 22,
  shmget: 23,
  shmctl: 24,
}

/** The multiplexing call and operation by which 32-bit x86 reaches `name`, if there is one. */
export function multiplexed(name: string): { call: 'socketcall' | 'ipc'; operation: number } | undefined {
  const socket = socketcall[name]
  if (socket !== undefined) return { call: 'socketcall', operation: socket }
  const operation = ipc[name]
  return operation === undefined ? undefined : { call: 'ipc', operation }
}
