using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>The Kalman filter of ARIMA beside R's, and beside the density of all rows together.</summary>
public class ArimaLikelihoodTests
{
    /// <summary>
    /// The logarithm of the likelihood of rows under coefficients φ, θ, Φ, Θ, with the variance that is most likely for them.
    /// </summary>
    private static (double LogLikelihood, double Variance) Judge(double[] rows, ArimaOrder order, params double[] coefficients)
    {
        var likelihood = new ArimaLikelihood(rows, order);
        double deviance = likelihood.Exact(Coordinates(order, coefficients)) + (rows.Length * (1 + Math.Log(2 * Math.PI)));
        return (-deviance / 2, likelihood.Variance);
    }

    /// <summary>The point of a search that has these coefficients: Levinson's recursion backwards, block for block.</summary>
    private static double[] Coordinates(ArimaOrder order, double[] coefficients)
    {
        int at = 0;
        return [.. Block(order.P, 1), .. Block(order.Q, -1), .. Block(order.SeasonalP, 1), .. Block(order.SeasonalQ, -1)];

        double[] Block(int count, int sign)
        {
            double[] own = [.. coefficients[at..(at + count)].Select(each => sign * each)], coordinates = new double[count];
            at += count;
            for (int k = count - 1; k >= 0; k--)
            {
                double partial = own[k];
                coordinates[k] = Math.Atanh(partial);
                own = [.. Enumerable.Range(0, k).Select(i => (own[i] + (partial * own[k - 1 - i])) / (1 - (partial * partial)))];
            }

            return coordinates;
        }
    }

    [Fact]
    public void Under_given_coefficients_it_is_that_of_r()
    {
        // R: arima(LakeHuron, order = c(2,0,1), fixed = c(.5,.2,.3,579), transform.pars = FALSE)$loglik and $sigma2.
        double[] lake = [.. RDataSets.LakeHuron.Select(level => level - 579)];
        (double logLikelihood, double variance) = Judge(lake, new ArimaOrder(2, 0, 1), 0.5, 0.2, 0.3);
        Assert.Equal(-106.622336125964, logLikelihood, 1e-6);
        Assert.Equal(0.511048334432, variance, 1e-8);

        // R: arima(diff(diff(log(AirPassengers), 12)), order = c(2,0,1), seasonal = list(order = c(1,0,1), period = 12),
        // include.mean = FALSE, fixed = c(.3,-.2,-.5,.4,-.7), transform.pars = FALSE)
        double[] passengers = ArimaDifferences.Of(Array.ConvertAll(RDataSets.AirPassengers, Math.Log), s_airlineDifferences);
        (logLikelihood, variance) = Judge(passengers, new ArimaOrder(2, 0, 1, 1, 0, 1, 12), 0.3, -0.2, -0.5, 0.4, -0.7);
        Assert.Equal(234.051536814, logLikelihood, 1e-4);
        Assert.Equal(1.61188850686e-3, variance, 1e-7);
    }

    private static readonly ArimaOrder s_airlineDifferences = new(0, 1, 0, 0, 1, 0, 12);

    [Fact]
    public void It_is_the_normal_density_of_all_rows_together()
    {
        // By Cholesky's factor of the covariances, which come from 3900 terms of the moving average without end that the model is.
        const int Rows = 30, Terms = 3900;
        double[] rows = TestData.Normal(Rows, 3), coefficients = [0.6, 0.4, 0.3, 0.5, -0.8], response = new double[Terms + Rows];
        var order = new ArimaOrder(1, 0, 2, 1, 0, 1, 4);
        var polynomial = new ArimaPolynomial(order);
        polynomial.Set(coefficients);
        for (int j = 0; j < response.Length; j++)
        {
            response[j] = j == 0 ? 1 : j <= order.MovingAverageLags ? polynomial.Errors[j - 1] : 0;
            for (int k = 1; k <= Math.Min(j, order.AutoregressiveLags); k++)
                response[j] += polynomial.Rows[k - 1] * response[j - k];
        }

        double[,] factor = new double[Rows, Rows];
        double[] white = new double[Rows];
        double logs = 0, squares = 0;
        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = Enumerable.Range(0, Terms).Sum(k => response[k] * response[k + i - j]);
                for (int k = 0; k < j; k++)
                    sum -= factor[i, k] * factor[j, k];
                factor[i, j] = i == j ? Math.Sqrt(sum) : sum / factor[j, j];
            }

            white[i] = rows[i] / factor[i, i];
            for (int k = 0; k < i; k++)
                white[i] -= factor[i, k] * white[k] / factor[i, i];
            (logs, squares) = (logs + (2 * Math.Log(factor[i, i])), squares + (white[i] * white[i]));
        }

        (double logLikelihood, double variance) = Judge(rows, order, coefficients);
        Assert.Equal(squares / Rows, variance, 1e-10);
        Assert.Equal(-0.5 * ((Rows * (1 + Math.Log(2 * Math.PI * squares / Rows))) + logs), logLikelihood, 1e-8);
    }

    [Fact]
    public void Every_point_of_a_search_is_stationary_and_invertible()
    {
        double[] points = TestData.Normal(7 * 200, 8);
        var order = new ArimaOrder(3, 0, 2, 1, 0, 1, 7);
        var likelihood = new ArimaLikelihood(RDataSets.ServerUsers, order);
        for (int i = 0; i < 200; i++)
            Assert.True(double.IsFinite(likelihood.Exact([.. points.Skip(7 * i).Take(7).Select(each => 2 * each)])));
    }

    [Fact]
    public void The_search_finds_the_bottom_of_rosenbrocks_valley()
    {
        (double[] point, double value) = QuasiNewton.Minimize(
            x => (100 * Math.Pow(x[1] - (x[0] * x[0]), 2)) + Math.Pow(1 - x[0], 2), [-1.2, 1], 200, 1e-12);
        Assert.Equal(1, point[0], 1e-3);
        Assert.Equal(1, point[1], 1e-3);
        Assert.InRange(value, 0, 1e-7);
    }
}
