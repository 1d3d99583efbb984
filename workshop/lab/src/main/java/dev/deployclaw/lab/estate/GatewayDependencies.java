package dev.deployclaw.lab.estate;

/** What gateways need beside them. */
record GatewayDependencies(RateLimitServiceProcesses services, UpstreamServices upstreams) {
  String service(String namespace) {
    return String.valueOf(services.addresses().get(namespace));
  }
}
