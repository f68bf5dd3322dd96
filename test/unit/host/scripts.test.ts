import assert from 'node:assert/strict';
import fc from 'fast-check';
import { otherTracking, valueIn, type TrackingPlaces } from '../../../src/host/terminal/otherTracking';
import { ignoresEnvFile, pythonLines, variableLines, withVariables } from '../../../src/host/terminal/trackingLines';

describe('a tracking server that the user chose', () => {
  const places = (change: Partial<TrackingPlaces>): TrackingPlaces => ({
    processEnvironment: {},
    terminalSettings: undefined,
    envFile: undefined,
    ownUri: 'http://127.0.0.1:5000',
    ...change,
  });

  it('is found in the env file, the terminal settings and the shell, in this order', () => {
    const processEnvironment = { MLFLOW_TRACKING_URI: 'http://shell' };
    const terminalSettings = { MLFLOW_TRACKING_URI: 'http://settings' };
    const envFile = 'A=1\nMLFLOW_TRACKING_URI="http://file"\n';
    assert.deepEqual(otherTracking(places({ processEnvironment, terminalSettings, envFile })), {
      place: 'envFile',
      uri: 'http://file',
    });
    assert.equal(otherTracking(places({ processEnvironment, terminalSettings }))?.place, 'settings');
    assert.equal(otherTracking(places({ processEnvironment }))?.place, 'shell');
    assert.equal(otherTracking(places({})), undefined);
  });

  it('is not Labbook itself, however it is written', () => {
    for (const uri of ['http://localhost:5000', 'http://127.0.0.1:5000/', 'http://x:y@[::1]:5000']) {
      assert.equal(otherTracking(places({ envFile: `MLFLOW_TRACKING_URI=${uri}` })), undefined, uri);
    }
    assert.equal(otherTracking(places({ envFile: 'MLFLOW_TRACKING_URI=http://127.0.0.1:5001' }))?.place, 'envFile');
  });

  it('is not what a terminal of another Labbook window handed down', () => {
    const uri = 'http://127.0.0.1:5017';
    const processEnvironment = { MLFLOW_TRACKING_URI: uri, LABBOOK_TRACKING_URI: uri };
    assert.equal(otherTracking(places({ processEnvironment })), undefined);
    assert.equal(
      otherTracking(places({ processEnvironment: { ...processEnvironment, MLFLOW_TRACKING_URI: 'http://mine' } }))?.uri,
      'http://mine',
    );
  });

  it('takes no settings for an answer that are none', () => {
    for (const terminalSettings of [null, 3, [], { MLFLOW_TRACKING_URI: null }, { MLFLOW_TRACKING_URI: '' }]) {
      assert.equal(otherTracking(places({ terminalSettings })), undefined);
    }
  });
});

describe('lines that point scripts to Labbook', () => {
  const address = { url: 'http://127.0.0.1:5000', token: 'a-b' };

  it('set the variables in each shell', () => {
    assert.equal(
      variableLines('posix', address),
      "export MLFLOW_TRACKING_URI='http://127.0.0.1:5000'\nexport MLFLOW_TRACKING_TOKEN='a-b'\n",
    );
    assert.match(variableLines('powershell', address), /^\$env:MLFLOW_TRACKING_URI = 'http/);
    assert.match(variableLines('fish', address), /^set -gx MLFLOW_TRACKING_URI /);
    assert.match(variableLines('cmd', address), /^set "MLFLOW_TRACKING_URI=http/);
    assert.match(variableLines('env', address), /^MLFLOW_TRACKING_URI=http/);
  });

  it('hold no secret where they may be committed', () => {
    const lines = pythonLines('C:\\Users\\ada\\store');
    assert.equal(lines.trim().split('\n').length, 2);
    assert.ok(lines.includes('"C:/Users/ada/store/server.json"'));
  });

  it('replace what an env file has and keep the rest', () => {
    assert.equal(
      withVariables('# mine\nexport A=1\nX = old\n', { A: '2', B: '3' }),
      '# mine\nexport A=2\nX = old\nB=3\n',
    );
    assert.equal(withVariables('', { A: '1' }), 'A=1\n');
    assert.equal(withVariables('X=1\r\nA=0', { A: '1' }), 'X=1\r\nA=1\r\n');
  });

  it('are read back from the env file, and writing twice changes nothing', () => {
    const name = fc.stringMatching(/^[A-Z_]{1,8}$/);
    const value = fc.stringMatching(/^[\w:/.-]{1,20}$/);
    const line = fc.oneof(
      fc.tuple(name, value).map(([key, text]) => `${key}=${text}`),
      fc.constant('# note'),
      fc.constant(''),
    );
    fc.assert(
      fc.property(fc.array(line), name, value, (lines, key, text) => {
        const once = withVariables(lines.join('\n'), { [key]: text });
        assert.equal(valueIn(once, key), text);
        assert.equal(withVariables(once, { [key]: text }), once);
      }),
    );
  });

  it('go into a file that Git ignores', () => {
    for (const text of ['.env', 'a\n/.env\n', '*.env\r\n', '.env*']) {
      assert.equal(ignoresEnvFile(text), true, text);
    }
    for (const text of ['', '.envrc', '#.env', '.env\n!.env']) {
      assert.equal(ignoresEnvFile(text), false, text);
    }
  });
});
