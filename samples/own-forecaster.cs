#:project ../src/Unroll.Forecasting/Unroll.Forecasting.csproj
using Unroll;
using Unroll.Forecasting;

// Births in the United States, a week ahead, by what the library has and by things of your own: a forecaster, inputs, a transform, a scaler
// and the layers of a network. All are judged on the same rows, saved in one file and loaded again.
// dotnet run -c Release samples/own-forecaster.cs takes about 20 seconds.
ForecastKinds.Register(() => new MedianOfWeeks());
ForecastKinds.Register(() => new MoonPhase());
ForecastKinds.Register("ramp", Ramp.Parse);
ForecastKinds.Register(() => new MiddleHalf());
ForecastKinds.Register(new Root());

TimeSeries births = TimeSeries.Read("samples/data/births.csv");
var task = new ForecastTask(births, new TaskOptions
{
    Targets = ["births"],
    Horizon = 7,
    Train = "1985..1986",
    Test = "1987",
    Inputs = new ForecastInputs { Calendar = true, Own = [new MoonPhase(), new Ramp(12, 25, 10)] },
});

// The default recipe's networks, one of each and few epochs, and one of your own layers beside them.
EnsembleRecipe recipe = EnsembleRecipe.Of(CellKind.Gru);
TrainingOptions training = recipe.Network.Training with { Epochs = 5 };
recipe = recipe with { Members = 1, Transform = new Root(), Network = recipe.Network with { Training = training } };
NetworkRecipe own = recipe.Network with { Label = "Conv + GRU", Body = input => [new Conv1D(16, 3), new Gru(32)] };
var blend = new BlendForecaster(
[
    new EnsembleForecaster(recipe),
    new EnsembleForecaster(recipe with { Network = own }),
    new RidgeForecaster(recipe),
    new MedianOfWeeks(),
    new SeasonalNaiveForecaster(),
]);
blend.Fit(task);

var comparison = new Comparison(task, blend);
var tutorial = new NetworkForecaster(recipe.Network with { Label = "tutorial's, own scaler", Scaler = "middle-half" });
tutorial.Fit(task);
comparison.Add(tutorial);
foreach (ForecasterScore score in comparison.Scores.OrderBy(score => score.Error))
    Console.WriteLine($"{score.Name,-25} RMSE {score.Error,5:F0}, skill over naive {score.Skill,5:P0}");
foreach (string note in blend.Notes)
    Console.WriteLine(note);
Console.WriteLine($"What drives it: {InputImportance.Of(blend, task)!.InWords()}.");

string path = Path.Combine(Path.GetTempPath(), "own-forecaster.unroll");
ForecastFile.Save(blend, path);
ForecastRow next = ForecastFile.Load(path).Predict(births, 7).Parts[0].Rows()[0];
PredictionInterval within = next.Within80!.Value;
Console.WriteLine($"Loaded from {path}: {next.Date:yyyy-MM-dd} {next.Value:F0}, with 80 % between {within.Lower:F0} and {within.Upper:F0}");

/// <summary>The median of the same weekday in the last five weeks.</summary>
internal sealed class MedianOfWeeks() : OwnForecaster("median of weeks")
{
    private const int Week = 7, Weeks = 5;

    protected override int NeededRows => Week * Weeks;

    protected override void Predict(PastRows rows, ReadOnlySpan<double> learnt, Span<double> ahead)
    {
        for (int h = 0; h < ahead.Length; h++)
        {
            double[] same = new double[Weeks];
            for (int week = 0; week < Weeks; week++)
                same[week] = rows.Values[rows.Values.Length + (h % Week) - (Week * (week + 1))];
            Array.Sort(same);
            ahead[h] = same[Weeks / 2];
        }
    }
}

/// <summary>Are more children born when the moon is full?</summary>
internal sealed record MoonPhase : ForecastInput
{
    public override string Kind => "moon";
    public override string Name => "the phase of the moon";
    public override int Count => 2;

    public override void Write(InputRows rows, int row, Span<double> numbers) =>
        (numbers[0], numbers[1]) = Math.SinCos(2 * Math.PI * (rows.Dates[row] - new DateTime(2000, 1, 6)).TotalDays / 29.530588);
}

/// <summary>How near a day of the year is: 1 on it, 0 so many days before and after.</summary>
internal sealed record Ramp(int Month, int Day, int Days) : ForecastInput
{
    public override string Kind => "ramp";
    public override string Name => $"the days around {Month}/{Day}";
    public override string Settings => $"{Month} {Day} {Days}";
    public override Contribution Contribution => Contribution.Season;

    public override void Write(InputRows rows, int row, Span<double> numbers)
    {
        DateTime date = rows.Dates[row];
        double apart = Enumerable.Range(-1, 3).Min(year => Math.Abs((date - new DateTime(date.Year + year, Month, Day)).TotalDays));
        numbers[0] = Math.Max(0, 1 - (apart / Days));
    }

    public static Ramp Parse(string settings)
    {
        int[] numbers = [.. settings.Split(' ').Select(int.Parse)];
        return new Ramp(numbers[0], numbers[1], numbers[2]);
    }
}

/// <summary>y = (x − median) / (largest of the middle half − smallest of it).</summary>
internal sealed class MiddleHalf : Scaler
{
    public override string Kind => "middle-half";

    protected override (double Offset, double Scale) Measure(ReadOnlySpan<double> values)
    {
        double[] sorted = [.. values];
        Array.Sort(sorted);
        double range = sorted[3 * sorted.Length / 4] - sorted[sorted.Length / 4];
        return (sorted[sorted.Length / 2], range > 0 ? range : 1);
    }
}

/// <summary>Changes of square roots: counts vary with the root of their mean.</summary>
internal sealed class Root() : TargetTransform("root")
{
    public override double Map(double value) => Math.Sqrt(value);

    public override double Unmap(double mapped) => Math.Max(0, mapped) * Math.Max(0, mapped);
}
