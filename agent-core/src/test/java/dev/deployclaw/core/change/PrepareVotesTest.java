package dev.deployclaw.core.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.spi.ForwardingStateStore;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PrepareVotesTest {
  private static final int MANY = 300;

  @Test
  void aCommitComparesTheSameKeysForThreeHundredVotesAsForAFew() throws Exception {
    var few = change(new FakeEstate());
    var world = new FakeEstate();
    for (int i = few.votes().count(); i < MANY; i++) {
      world.gateway.join("more-" + i);
    }

    var many = change(world);

    assertThat(few.votes().count()).isLessThan(20);
    assertThat(many.votes().count()).isEqualTo(MANY);
    assertThat(many.votes().votes()).isNotEqualTo(few.votes().votes());
    assertThat(many.compared()).isEqualTo(few.compared()).hasSize(7);
    assertThat(many.bytes()).as("the fold doesn't grow").isLessThan(few.bytes() + 10);
    assertThat(world.laws.broken()).isEmpty();
  }

  /**
   * A change from its votes to its commit.
   *
   * @param bytes of the change as it was stored with its votes
   * @param compared the keys that the commit compared
   */
  private record Change(ChangeState.Prepared votes, int bytes, List<String> compared) {}

  private static Change change(FakeEstate world) throws Exception {
    var store = new Remembering(world.store);
    var ports = world.ports(store, world.objects, e -> e, world.journal, world.time);
    var ended =
        new ChangeService(ports, world.settings("agent"), ProgressListener.NONE)
            .run(world.request("apply"));
    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.OK);
    String key = StoreKeys.change(ended.execution());
    for (var transaction : store.transactions) {
      var written = written(transaction, key).map(ChangeExecution::read);
      if (written.isPresent() && written.get().state() instanceof ChangeState.Prepared votes) {
        return new Change(votes, written.get().bytes().length, compared(store.transactions));
      }
    }
    throw new AssertionError("no votes were stored");
  }

  private static List<String> compared(List<Transaction> all) {
    return all.stream()
        .filter(t -> written(t, StoreKeys.ACTIVE).isPresent())
        .map(t -> t.conditions().stream().map(PrepareVotesTest::key).toList())
        .findFirst()
        .orElseThrow();
  }

  private static Optional<byte[]> written(Transaction transaction, String key) {
    return transaction.writes().stream()
        .filter(Write.Put.class::isInstance)
        .map(Write.Put.class::cast)
        .filter(put -> put.key().equals(key))
        .map(Write.Put::value)
        .findFirst();
  }

  private static String key(Condition condition) {
    return switch (condition) {
      case Condition.Absent(String key) -> key;
      case Condition.Unmoved(String key, long _) -> key;
      case Condition.Holds(String key, byte[] _) -> key;
    };
  }

  /** The store, and all transactions that were asked of it. */
  private static final class Remembering extends ForwardingStateStore {
    private final List<Transaction> transactions = new ArrayList<>();

    Remembering(StateStore store) {
      super(store);
    }

    @Override
    public synchronized Result transact(Transaction transaction) throws InterruptedException {
      transactions.add(transaction);
      return super.transact(transaction);
    }
  }
}
