import type { Socket } from 'node:net';

export function receiveLines(socket: Socket, receive: (value: unknown) => void): void;
export function sendLine(socket: Socket, value: unknown): void;
