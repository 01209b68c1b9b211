using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Training;

public class LengthBucketsTests
{
    private static readonly int[] s_lengths = [.. Enumerable.Range(0, 1003).Select(i => 1 + (i * 37 % 40))];

    [Fact]
    public void Every_batch_has_rows_of_similar_length_and_every_sample_is_there_once()
    {
        int[] order = Arranged(1);
        Assert.Equal(Enumerable.Range(0, 1003), order.Order());
        int[] spreads = [.. order.Chunk(10).Select(batch => batch.Max(i => s_lengths[i]) - batch.Min(i => s_lengths[i]))];
        Assert.Equal(101, spreads.Length);
        Assert.InRange(spreads[..^1].Max(), 0, 3);

        // Short ones do not all come first.
        int[] means = [.. order.Chunk(10).Take(50).Select(batch => (int)batch.Average(i => s_lengths[i]))];
        Assert.True(means.Zip(means.Skip(1), (a, b) => a > b).Count(falls => falls) > 10);
    }

    [Fact]
    public void The_same_seed_gives_the_same_order_and_another_another()
    {
        Assert.Equal(Arranged(5), Arranged(5));
        Assert.NotEqual(Arranged(5), Arranged(6));
    }

    /// <summary>
    /// Buckets change which rows share a batch, not what a batch does: trained on one batch an epoch, the weights are the same.
    /// </summary>
    [Fact]
    public void With_one_batch_an_epoch_buckets_change_the_order_of_rows_alone()
    {
        int[][] rows = [.. Enumerable.Range(0, 24).Select(i => Enumerable.Range(1, 1 + (i % 6)).Select(t => 1 + ((i + t) % 7)).ToArray())];
        var samples = new TokenSamples(rows, 6, [.. rows.Select(row => new[] { row[^1] % 3 })], 1);
        float[] Trained(bool buckets)
        {
            Model model = new Model(new Embedding(8, 3) { MaskZero = true }, new Gru(4), new Dense(3)).Build(new Shape(6), 1);
            model.Fit(samples, new TrainingOptions
            {
                Epochs = 3,
                BatchSize = 24,
                Loss = new SparseCategoricalCrossEntropy(),
                BucketByLength = buckets,
                Seed = 2
            });
            return [.. model.Parameters.SelectMany(parameter => model.GetWeights(parameter.Name))];
        }

        Assert.All(Trained(true).Zip(Trained(false)), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    /// <summary>Each length once, so that nothing but the order of the batches can tell two epochs with buckets alone apart.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Every_epoch_has_an_order_of_its_own_and_a_second_training_the_same_ones(bool shuffles, bool buckets)
    {
        const int Count = 16, Epochs = 4;
        int[][] rows = [.. Enumerable.Range(0, Count).Select(i => Enumerable.Repeat(1, 1 + (i * 7 % Count)).ToArray())];
        string[] Orders()
        {
            var samples = new RecordedSamples(new TokenSamples(rows, Count, [.. rows.Select(_ => new[] { 1 })], 1));
            var options = new TrainingOptions { Epochs = Epochs, BatchSize = 2, Shuffle = shuffles, BucketByLength = buckets, Seed = 2 };
            var model = new Model(new Embedding(2, 2) { MaskZero = true }, new Gru(2), new Dense(1)) { Threads = 1 };
            model.Build(new Shape(Count), 1);
            samples.Read.Clear();
            model.Fit(samples, options);
            return [.. samples.Read.TakeLast(Epochs * Count).Chunk(Count).Select(epoch => string.Join(' ', epoch))];
        }

        string[] orders = Orders();
        Assert.Equal(Epochs, orders.Distinct().Count());
        Assert.All(orders, order => Assert.Equal(Enumerable.Range(0, Count), order.Split(' ').Select(int.Parse).Order()));
        Assert.Equal(orders, Orders());
    }

    private static int[] Arranged(ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, 1003)];
        var random = new RandomSource(seed, 0);
        random.Shuffle(order);
        LengthBuckets.Arrange(order, 10, i => s_lengths[i], random);
        return order;
    }
}
