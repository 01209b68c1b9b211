using Unroll.Fuzz;
using Xunit;

namespace Unroll.Tests.Fuzz;

/// <summary>
/// A short run of the fuzz program: edited files are loaded or refused as documented, and take no memory that they have no bytes for.
/// </summary>
public class FuzzTests
{
    [Fact]
    public void Edited_files_are_loaded_or_refused()
    {
        IReadOnlyList<(string Name, byte[] File)> corpus = Corpus.All();
        Assert.All(corpus, each => Assert.True(Attempt.Load(each.Name, each.File) is { Loaded: true, Failure: null }));
        int loaded = 0;
        for (int seed = 1; seed <= 4000; seed++)
        {
            Attempt attempt = Attempt.Make(corpus, seed);
            Assert.True(attempt.Failure is null, $"seed {seed}, {attempt.Name}: {attempt.Failure}");
            loaded += attempt.Loaded ? 1 : 0;
        }

        // Some edits do no harm; most do.
        Assert.InRange(loaded, 100, 2000);
    }

    [Fact]
    public void Edited_checkpoints_are_resumed_or_refused()
    {
        IReadOnlyList<(string Name, byte[] File)> corpus = Checkpoints.All();
        Assert.All(corpus, each => Assert.True(Attempt.Load(each.Name, each.File) is { Loaded: true, Failure: null }));
        for (int seed = 1; seed <= 500; seed++)
        {
            Attempt attempt = Attempt.Make(corpus, seed);
            Assert.True(attempt.Failure is null, $"seed {seed}: {attempt.Failure}");
        }
    }

    /// <summary>
    /// What longer runs have found: metadata of null, a blend of members with other parts, a scaler that there is not, a name of null.
    /// </summary>
    [Theory]
    [InlineData(1263670)]
    [InlineData(2389075)]
    [InlineData(37020)]
    [InlineData(66627)]
    [InlineData(5765590)]
    [InlineData(8091186)]
    public void What_was_found_is_refused(int seed) => Assert.Null(Attempt.Make(Corpus.All(), seed).Failure);

    [Fact]
    public void Every_layer_kind_is_edited()
    {
        IEnumerable<Type> kinds = typeof(Layer).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Layer)) && !type.IsAbstract);
        IEnumerable<Layer> layers = Corpus.Models().SelectMany(model => model.Layers);
        Assert.Empty(kinds.Except(layers.Select(layer => layer.GetType())).Select(kind => kind.Name));
    }
}
