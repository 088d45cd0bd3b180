using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "probe", worker = .probe)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "probe")],
);

const probe :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-11-01",
);
