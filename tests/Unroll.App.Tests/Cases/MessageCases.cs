using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>Messages and figures that once pointed the wrong way.</summary>
public sealed class MessageCases : Cases
{
    private static readonly Dictionary<string, (string Commands, Action<CaseRun> Must)> s_table = new()
    {
        ["05-01-clocks-go-back"] = ("describe price.csv", run =>
        {
            Says(run, "(?i)clock.*back");
            Assert.DoesNotMatch("(?i)remove", run.Said);
        }
        ),
        ["05-02-long-file-with-number-key"] = ("describe long.csv", run => Says(run, "store")),
        ["05-03-constant-first-date"] = ("describe vintage.csv", run => Says(run, "When")),
        ["05-04-one-row"] = ("forecast y.csv --target y $TINY --out o", run =>
        {
            Refused(run, "1 row");
            Assert.InRange(LargestNumber(run), 4, 100);
        }
        ),
        ["05-05-five-rows"] = ("forecast y.csv --target y $TINY --out o", run =>
        {
            if (run.Last.Code == 1)
                Assert.InRange(LargestNumber(run), 6, 100);
        }
        ),
        ["05-06-no-range-given"] = (
            "forecast daily.csv --target y $TINY --out o",
            run => Says(run, "The model learns from the 96 rows from 2021-01-01 to 2021-04-06 and is judged on the 24 rows from 2021-04-07 "
                + "to 2021-04-30\\.")),
        ["05-07-misspelt-verb"] = ("forcast daily.csv", run => Refused(run, "did you mean forecast\\?")),
        ["05-08-learning-rate"] = (
            "forecast daily.csv --target y --epochs 3 --ensemble 1 --model lstm --units 4 --optimizer sgd --learning-rate 1e30 --out o",
            run =>
            {
                Refused(run, "Try --learning-rate");
                double rate = double.Parse(Regex.Match(run.Last.Error, "--learning-rate ([0-9.e+-]+) or less").Groups[1].Value,
                    NumberStyles.Float, CultureInfo.InvariantCulture);
                Assert.InRange(rate, 1e-4, 0.1);
            }
        ),
        ["05-09-control-characters"] = ("describe odd.csv", run =>
        {
            Refused(run, "title");
            Assert.DoesNotContain(run.Said, c => char.IsControl(c) && c != '\n');
        }
        ),
        ["05-10-long-cell"] = ("describe odd.csv", run =>
        {
            Refused(run, "many words");
            Assert.InRange(run.Last.Error.Length, 1, 300);
        }
        ),
        ["05-11-formula-as-name"] = ("forecast s.csv --target y $TINY --series shop --out o", run =>
        {
            Works(run);
            foreach (string file in new[] { "o/predictions.csv", "o/future.csv" })
                Assert.DoesNotMatch("(?m)(^|,)\"?[=+@]", run.Text(file));
            Assert.Contains("'=SUM(A1:A9),y,", run.Text("o/future.csv"), StringComparison.Ordinal);
        }
        ),
        ["05-12-no-difference"] = ("forecast daily.csv --target y $TINY --out o", run =>
        {
            Works(run);
            Assert.DoesNotMatch("[ (]0 % (less|more)", run.Said);
        }
        ),
        ["05-13-rows-to-come-move-the-split"] = (
            "forecast past.csv --target y --known promo $TINY --out a; forecast plan.csv --target y --known promo $TINY --out b",
            run =>
            {
                Works(run);
                (string a, string b) = (Data(run, "a"), Data(run, "b"));
                Assert.Equal(a, b);

                static string Data(CaseRun run, string folder)
                {
                    JsonElement data = JsonDocument.Parse(run.Text($"{folder}/metrics.json")).RootElement.GetProperty("data");
                    return data.GetProperty("train").GetRawText() + data.GetProperty("test").GetRawText();
                }
            }
        ),
        ["05-14-verdict-of-one-row-for-many"] = ("forecast half.csv --target mw $TINY --horizon 24 --out o", run =>
        {
            Works(run);
            Says(run, "over 1 to 24 rows ahead");
        }
        ),
        ["05-15-advice-that-cannot-be-followed"] = ("forecast walk.csv --target rate $TINY --out o", run =>
        {
            Works(run);
            JsonElement metrics = run.Metrics;
            JsonElement[] all = [.. metrics.GetProperty("forecasters").EnumerateArray()];
            double blend = Error(all.First(each => each.GetProperty("kind").GetString() == "blend"));
            JsonElement best = all.Where(each => each.GetProperty("kind").GetString() is "ridge" or "baseline").MinBy(Error);
            if (blend > 1.005 * Error(best))
                Says(run, $"unroll forecast walk\\.csv --target rate --model {best.GetProperty("name").GetString()} --out ");

            static double Error(JsonElement figures) => figures.GetProperty("rmse").GetDouble();
        }
        ),
        ["05-16-features-dropped"] = ("forecast daily.csv --target y $TINY --features calendar --out o", run =>
        {
            Works(run);
            Says(run, "Inputs found best on the newest training rows: y[^\n]*the calendar\\.");
        }
        ),
    };

    public static TheoryData<string> Names => [.. s_table.Keys];

    private protected override IReadOnlyDictionary<string, (string Commands, Action<CaseRun> Must)> Table => s_table;

    [Theory]
    [MemberData(nameof(Names))]
    public void Points_the_right_way(string name) => Check(name);

    /// <summary>The number of rows that a refusal asks for; dates do not count.</summary>
    private static int LargestNumber(CaseRun run) =>
        Regex.Matches(Regex.Replace(run.Last.Error, "[0-9]{4}-[0-9]{2}-[0-9]{2}", ""), "[0-9]+")
            .Max(match => int.Parse(match.Value, CultureInfo.InvariantCulture));
}
