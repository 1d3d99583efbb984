package dev.deployclaw.lab;

/** What gateways need beside them. */
record Beside(RateLimitServices services, Upstreams upstreams) {
  /** Address of the rate limit service of a namespace. */
  String service(String namespace) {
    return String.valueOf(services.addresses().get(namespace));
  }
}
