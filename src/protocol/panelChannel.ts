import type { PanelNotices, PanelRequests } from './panels';
import type { None, RpcChannel } from './rpc';

/** The panel's end: asks the host, hears its notices. */
export type PanelChannel = RpcChannel<PanelRequests, None, None, PanelNotices>;

/** The host's end: serves the panel's requests, sends it notices. */
export type HostChannel = RpcChannel<None, PanelRequests, PanelNotices, None>;
