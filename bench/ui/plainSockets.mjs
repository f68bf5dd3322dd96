// code-server compresses what goes between the extension host and the window, because it is made for slow networks. Desktop VS Code does
// not: there the two are processes of one machine, as here. A relay between browser and code-server lets them not agree on it.
import net from 'node:net';

const offer = 'Sec-WebSocket-Extensions';
/** As long as what it takes the place of. */
const nothing = 'X-Was-WebSocket-Extensio';

/** @param {number} port of code-server. @returns `{port, close()}`: where the browser is to connect to */
export async function withoutCompression(port) {
  const sockets = new Set();
  const server = net.createServer((browser) => {
    const workbench = net.connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [browser, workbench],
      [workbench, browser],
    ]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    workbench.pipe(browser);
    let isUpgraded = false;
    browser.on('data', (chunk) => {
      let bytes = chunk;
      if (!isUpgraded && chunk.includes(offer)) {
        bytes = Buffer.from(chunk.latin1Slice().replace(offer, nothing), 'latin1');
        isUpgraded = true;
      }
      if (!workbench.write(bytes)) {
        browser.pause();
        workbench.once('drain', () => browser.resume());
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: server.address().port, close };
}
