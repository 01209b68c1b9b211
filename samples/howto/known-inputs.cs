#:project ../../src/Unroll.Forecasting/Unroll.Forecasting.csproj
using Unroll.Forecasting;

// Visits to two shops for two years. Offers are planned ahead, so they are known for the days to come; the weather is not.
const int Days = 2 * 365, Ahead = 7;
var random = new Random(1);
List<Day> days = [];
foreach (string shop in new[] { "north", "south" })
{
    for (int i = 0; i < Days + Ahead; i++)
    {
        var date = new DateOnly(2023, 1, 1).AddDays(i);
        double offer = random.Next(6) == 0 ? 1 : 0, warmth = 10 + (10 * Math.Sin(i * Math.Tau / 365)) + random.NextDouble();
        double usual = (shop == "north" ? 300 : 120) * (date.DayOfWeek is DayOfWeek.Saturday ? 1.5 : 1);
        double visits = (usual * (1 + (0.4 * offer))) + (20 * random.NextDouble());
        days.Add(i < Days ? new Day(shop, date, visits, offer, warmth) : new Day(shop, date, null, offer, null));
    }
}

// Rows with a date and without a value are the rows to come. They carry what is known of them.
SeriesSet shops = SeriesSet.From(
    "shops", days, day => day.Shop, day => day.Date,
    ("visits", day => day.Visits), ("offer", day => day.Offer), ("warmth", day => day.Warmth));
var task = new ForecastTask(shops, new TaskOptions
{
    Targets = ["visits"],
    Horizon = Ahead,
    TestRows = 28,
    Inputs = new ForecastInputs { Known = ["offer"], Past = ["warmth"], Calendar = true },
});

// Ridge regression on these inputs, of both shops. BlendForecaster.Default(task) adds networks and rules, and takes longer.
var ridge = new RidgeForecaster();
ridge.Fit(task);
ForecasterScore score = new Comparison(task).Add(ridge);
Console.WriteLine($"{score.ErrorName} {score.Error:F2}, {score.Skill:P0} less than naive; intervals of 80 % held {score.Coverage(0.8):P0}");

ridge.Refit(task.Whole());
foreach (PartForecast part in ridge.Predict(shops, Ahead).Parts)
{
    foreach (ForecastRow row in part.Rows())
    {
        double offer = days.Single(day => day.Shop == part.Part.Series && day.Date == DateOnly.FromDateTime(row.Date)).Offer;
        string interval = $"({row.Within80?.Lower:F0} to {row.Within80?.Upper:F0})";
        Console.WriteLine($"{part.Part.Series} {row.Date:ddd yyyy-MM-dd} {row.Value,4:F0} {interval}{(offer > 0 ? " offer" : "")}");
    }
}

internal sealed record Day(string Shop, DateOnly Date, double? Visits, double Offer, double? Warmth);
