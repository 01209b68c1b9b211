using Unroll.Fuzz;
using Xunit;

namespace Unroll.Exchange.Tests.Fuzz;

/// <summary>A short run of the fuzz program over the formats of other programs: edited files are loaded or refused as documented.</summary>
public class ExchangeFuzzTests
{
    private static readonly IReadOnlyList<ExchangeFile> s_corpus = ExchangeCorpus.All();

    [Fact]
    public void Edited_files_are_loaded_or_refused()
    {
        Assert.All(s_corpus, each => Assert.True(ExchangeAttempt.Load(each, each.File) is { Loaded: true, Failure: null },
            ExchangeAttempt.Load(each, each.File).Failure));
        int loaded = 0;
        for (int seed = 1; seed <= 3000; seed++)
        {
            ExchangeAttempt attempt = ExchangeAttempt.Make(s_corpus, seed);
            Assert.True(attempt.Failure is null, $"seed {seed}, {attempt.Name}: {attempt.Failure}");
            loaded += attempt.Loaded ? 1 : 0;
        }

        // Some edits do no harm; most do.
        Assert.InRange(loaded, 100, 2000);
    }

    [Fact]
    public void Every_format_is_edited()
    {
        // A second ending of a format holds the same bytes.
        Assert.All(ExchangeFormats.All.Where(format => format.Name != "Unroll"),
            format => Assert.Contains(s_corpus, file => file.Name.StartsWith(format.Extensions[0], StringComparison.Ordinal)));
    }
}
