/** Calls `receive` with each value that the other end writes. A value is one line of JSON. */
export function receiveLines(socket, receive) {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) receive(JSON.parse(line));
  });
}

export function sendLine(socket, value) {
  socket.write(`${JSON.stringify(value)}\n`);
}
