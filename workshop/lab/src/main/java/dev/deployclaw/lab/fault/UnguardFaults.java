package dev.deployclaw.lab.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Gateways whose live file doesn't ask the rate limit service any more. */
final class UnguardFaults {
  private static final Pattern ASKS = Pattern.compile("(?m)^\\s*auth_request /.*\n");

  private UnguardFaults() {}

  static List<InjectedFault> current(FaultTargets targets) {
    return TamperableGateway.all(targets).stream()
        .filter(gateway -> !gateway.allKept().isEmpty())
        .map(UnguardFaults::fault)
        .toList();
  }

  static InjectedFault remove(FaultTargets targets, String name) throws ImpossibleFaultException {
    var gateway = find(targets, name);
    try {
      var kept = gateway.kept();
      if (Files.exists(kept)) {
        throw new ImpossibleFaultException(gateway.name() + " already asks no service");
      }
      var text = Files.readString(gateway.live());
      var without = ASKS.matcher(text).replaceAll("");
      if (without.equals(text)) {
        throw new ImpossibleFaultException(
            gateway.name() + " asks no service yet; apply a policy first");
      }
      Files.writeString(kept, text);
      Files.writeString(gateway.live(), without);
      gateway.reload().run();
      return fault(gateway);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<InjectedFault> heal(FaultTargets targets) {
    var healed = new ArrayList<InjectedFault>();
    for (var gateway : TamperableGateway.all(targets)) {
      if (gateway.restore()) {
        gateway.reload().run();
        healed.add(fault(gateway));
      }
    }
    return healed;
  }

  /** By its name, whole or its end, or by a beginning of either that fits nothing else. */
  private static TamperableGateway find(FaultTargets targets, String name)
      throws ImpossibleFaultException {
    var all = TamperableGateway.all(targets);
    var exact = all.stream().filter(g -> g.isCalled(name::equals)).toList();
    var fits =
        exact.isEmpty()
            ? all.stream().filter(g -> g.isCalled(n -> n.startsWith(name))).toList()
            : exact;
    if (all.isEmpty()) {
      throw new ImpossibleFaultException("no lab runs here; start one with: deployclaw lab up");
    }
    if (fits.isEmpty()) {
      throw new ImpossibleFaultException(
          "there is no gateway %s; there are %s".formatted(name, names(all)));
    }
    if (fits.size() > 1) {
      throw new ImpossibleFaultException("%s may be any of %s".formatted(name, names(fits)));
    }
    var gateway = fits.getFirst();
    if (!gateway.runs()) {
      throw new ImpossibleFaultException(
          gateway.name() + " is dead; bring it back with: deployclaw lab heal");
    }
    return gateway;
  }

  private static String names(List<TamperableGateway> gateways) {
    return FaultTargets.shown(gateways.stream().map(TamperableGateway::name).toList());
  }

  private static InjectedFault fault(TamperableGateway gateway) {
    return InjectedFault.of(FaultKind.UNGUARD, gateway.own());
  }
}
