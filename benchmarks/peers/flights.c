/* The interceptor kernels of openiads in C: the same equations in the same order.
   Struct definitions and constants are put before this text by flights_c.py. */
#include <math.h>

static double least(double a, double b) { return b < a ? b : a; }
static double most(double a, double b) { return b > a ? b : a; }

static double local_up(double x, double y, double z, double *up)
{
    double q = x * x + y * y;
    double r = sqrt(q + z * z);
    double surface = SEMI_MINOR / sqrt(1.0 - ECCENTRICITY_SQUARED * q / (r * r));
    double height = r - surface;
    double uz = z * (1.0 + SECOND_ECCENTRICITY_SQUARED) / (1.0 + SECOND_ECCENTRICITY_SQUARED * height / r);
    double norm = 1.0 / sqrt(q + uz * uz);
    up[0] = x * norm;
    up[1] = y * norm;
    up[2] = uz * norm;
    return height;
}

static void track_acceleration(const double *s, int64_t ballistic, double *g)
{
    double x = s[0], y = s[1], z = s[2], vx = s[3], vy = s[4], vz = s[5];
    double r2 = x * x + y * y + z * z;
    if (ballistic == 0) {
        double up = (x * vx + y * vy + z * vz) / r2;
        double k = up * up - (vx * vx + vy * vy + vz * vz) / r2;
        g[0] = k * x;
        g[1] = k * y;
        g[2] = k * z;
        return;
    }
    double k = -MU / (r2 * sqrt(r2));
    double spin2 = SPIN * SPIN;
    g[0] = (k + spin2) * x + 2.0 * SPIN * vy;
    g[1] = (k + spin2) * y - 2.0 * SPIN * vx;
    g[2] = k * z;
}

static double advance(struct body *b, const struct interceptor *m, const struct air *air, double dt, double ax,
                      double ay, double az)
{
    double *p = b->position, *v = b->velocity, up[3];
    double vx = v[0], vy = v[1], vz = v[2], half = 0.5 * dt;
    double x = p[0] + half * vx, y = p[1] + half * vy, z = p[2] + half * vz;
    double r2 = x * x + y * y + z * z;
    double height = local_up(x, y, z, up);
    double u = least(most(height, 0.0) / AIR_STEP, AIR_LAST + 0.999);
    int64_t i = (int64_t)u;
    u -= i;
    double density = air->density[i] + u * (air->density[i + 1] - air->density[i]);
    double sound = air->sound[i] + u * (air->sound[i + 1] - air->sound[i]);
    double speed = sqrt(vx * vx + vy * vy + vz * vz);
    double burning = b->age - m->ignition_delay, boost = m->boost_time, sustain = m->sustain_time;
    double first = most(least(burning + dt, boost) - most(burning, 0.0), 0.0);
    double second = most(least(burning + dt, boost + sustain) - most(burning, boost), 0.0);
    double mass = m->launch_mass - m->boost_propellant * least(most((burning + half) / boost, 0.0), 1.0);
    if (sustain > 0.0)
        mass -= m->sustain_propellant * least(most((burning + half - boost) / sustain, 0.0), 1.0);
    double push = (first * m->boost_thrust + second * m->sustain_thrust) / mass;
    u = least(speed / (sound * MACH_STEP), MACHS - 1.001);
    i = (int64_t)u;
    u -= i;
    double drag = m->cd[i] + u * (m->cd[i + 1] - m->cd[i]);
    double force = 0.5 * density * speed * speed * m->area / mass;
    double lift_limit = least(m->structural_limit, force * (m->cn_max[i] + u * (m->cn_max[i + 1] - m->cn_max[i])));
    double limit = lift_limit + m->reaction_control;
    int turning = b->phase < MIDCOURSE;
    double load = sqrt(ax * ax + ay * ay + az * az);
    if (turning || load <= 0.0) {
        load = 0.0;
        ax = ay = az = 0.0;
    } else if (load > limit) {
        ax *= limit / load;
        ay *= limit / load;
        az *= limit / load;
        load = limit;
    }
    double lift = least(load, lift_limit);
    if (force > 1e-9)
        drag += m->induced * (lift / force) * (lift / force);
    ax = vx + ax * dt;
    ay = vy + ay * dt;
    az = vz + az * dt;
    double slow = 1.0 / (1.0 + force * drag * dt / most(speed, 1e-6));
    double keep = speed * slow / sqrt(ax * ax + ay * ay + az * az), tx, ty, tz;
    if (turning) {
        tx = b->axis[0];
        ty = b->axis[1];
        tz = b->axis[2];
    } else {
        tx = ax * keep / (speed * slow);
        ty = ay * keep / (speed * slow);
        tz = az * keep / (speed * slow);
    }
    double k = -MU / (r2 * sqrt(r2)), spin2 = SPIN * SPIN;
    vx = ax * keep + push * tx + dt * ((k + spin2) * x + 2.0 * SPIN * vy);
    vy = ay * keep + push * ty + dt * ((k + spin2) * y - 2.0 * SPIN * v[0]);
    vz = az * keep + push * tz + dt * k * z;
    v[0] = vx;
    v[1] = vy;
    v[2] = vz;
    p[0] = x + half * vx;
    p[1] = y + half * vy;
    p[2] = z + half * vz;
    b->age += dt;
    b->limit = limit;
    b->peak_load = most(b->peak_load, load);
    return height;
}

static double time_to_go(const struct interceptor *m, double age, double speed, double distance)
{
    double burn = m->ignition_delay + m->boost_time + m->sustain_time - age, spent = 0.0;
    if (burn > 0.0) {
        double mean = 0.5 * (speed + most(m->burnout_speed, speed));
        if (distance <= mean * burn)
            return distance / most(mean, 1.0);
        distance -= mean * burn;
        spent = burn;
        speed = most(m->burnout_speed, speed);
    }
    return spent + distance / most(speed, 1.0) * (1.0 + 0.5 * distance / m->slow_length);
}

static int64_t flight_status(const struct body *b, const struct interceptor *m, double height)
{
    const double *v = b->velocity;
    if (b->age > m->life)
        return EXPIRED;
    if (b->age > m->ignition_delay + m->boost_time + m->sustain_time
        && v[0] * v[0] + v[1] * v[1] + v[2] * v[2] < m->minimum_speed * m->minimum_speed)
        return SLOW;
    return height < -20.0 ? GROUND : FLYING;
}

static int64_t fly(struct body *b, const struct interceptor *m, const struct air *air, const double *track)
{
    double g[3], up[3], height;
    double *p = b->position, *v = b->velocity, *axis = b->axis, *a = b->acceleration;
    int64_t steps = 0;
    track_acceleration(track, b->ballistic, g);
    double turned = m->ignition_delay + m->turn_time;
    double burnt = m->ignition_delay + m->boost_time + m->sustain_time;
    while (b->status == FLYING) {
        double age = b->age, now = b->launch_time + age;
        double k = 1.0 / sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]);
        double ux = k * p[0], uy = k * p[1], uz = k * p[2];
        double speed = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        double ahead = b->arrival;
        double dx = track[0] + ahead * (track[3] + 0.5 * ahead * g[0]) - p[0];
        double dy = track[1] + ahead * (track[4] + 0.5 * ahead * g[1]) - p[1];
        double dz = track[2] + ahead * (track[5] + 0.5 * ahead * g[2]) - p[2];
        b->aim[0] = p[0] + dx;
        b->aim[1] = p[1] + dy;
        b->aim[2] = p[2] + dz;
        double rise = dx * ux + dy * uy + dz * uz;
        double d2 = dx * dx + dy * dy + dz * dz;
        double flat = sqrt(most(d2 - rise * rise, 0.0));
        double arrival = least(now + time_to_go(m, age, speed, sqrt(d2)), now + LONGEST_AHEAD);
        b->arrival = 0.5 * (b->arrival + arrival);
        height = local_up(b->aim[0], b->aim[1], b->aim[2], up);
        double share = least(most(1.0 - height / m->loft_top, 0.0), 1.0);
        double loft = share * flat * least(m->loft_max, m->loft_rate * flat);
        dx += loft * ux;
        dy += loft * uy;
        dz += loft * uz;
        double d = most(sqrt(dx * dx + dy * dy + dz * dz), 1e-6);
        dx /= d;
        dy /= d;
        dz /= d;
        if (age < turned - 1e-9) {
            b->phase = age < m->ignition_delay - 1e-9 ? EJECTED : TURNING;
            if (b->phase == TURNING) {
                double c = axis[0] * dx + axis[1] * dy + axis[2] * dz;
                double angle = acos(least(most(c, -1.0), 1.0));
                double step = least(m->turn_rate * TURN, angle);
                double sx = dx - c * axis[0], sy = dy - c * axis[1], sz = dz - c * axis[2];
                double s = sqrt(sx * sx + sy * sy + sz * sz);
                if (s > 1e-9) {
                    s = sin(step) / s;
                    c = cos(step);
                    axis[0] = c * axis[0] + s * sx;
                    axis[1] = c * axis[1] + s * sy;
                    axis[2] = c * axis[2] + s * sz;
                }
            }
            height = advance(b, m, air, TURN, 0.0, 0.0, 0.0);
        } else {
            b->phase = MIDCOURSE;
            double rx = track[0] + now * (track[3] + 0.5 * now * g[0]) - p[0];
            double ry = track[1] + now * (track[4] + 0.5 * now * g[1]) - p[1];
            double rz = track[2] + now * (track[5] + 0.5 * now * g[2]) - p[2];
            double wx = track[3] + now * g[0] - v[0];
            double wy = track[4] + now * g[1] - v[1];
            double wz = track[5] + now * g[2] - v[2];
            double r = sqrt(rx * rx + ry * ry + rz * rz);
            double closing = -(rx * wx + ry * wy + rz * wz);
            if (r <= m->handover_range || r * r <= closing * m->handover_time) {
                b->phase = TERMINAL;
                b->status = HANDOVER;
                break;
            }
            if (closing < 0.0 && age > burnt) {
                b->status = PASSED;
                break;
            }
            k = STEER_GAIN * speed;
            double along = (dx * v[0] + dy * v[1] + dz * v[2]) / (speed * speed);
            a[0] = k * (dx - along * v[0]);
            a[1] = k * (dy - along * v[1]);
            a[2] = k * (dz - along * v[2]);
            height = advance(b, m, air, age >= burnt ? COARSE : THRUST_STEP, a[0], a[1], a[2]);
        }
        steps++;
        b->status = flight_status(b, m, height);
    }
    return steps;
}

static void state_at(const double *table, double t, double *s)
{
    double dt = table[1], since = (t - table[0]) / dt;
    int64_t last = (int64_t)table[2] - 1;
    if (since < 0.0 || since >= last) {
        const double *row = table + 4 + (since < 0.0 ? 0 : last * 6);
        for (int k = 0; k < 6; k++)
            s[k] = k < 3 || since == last ? row[k] : 0.0;
        return;
    }
    int64_t i = (int64_t)since;
    double u = since - i, uu = u * u, b = uu * (3.0 - 2.0 * u), a = 1.0 - b;
    double c = u * (1.0 - u) * (1.0 - u) * dt, d = uu * (u - 1.0) * dt;
    double e = 6.0 * u * (1.0 - u) / dt, f = (1.0 - u) * (1.0 - 3.0 * u), g = u * (3.0 * u - 2.0);
    const double *row = table + 4 + i * 6;
    for (int k = 0; k < 3; k++) {
        s[k] = a * row[k] + b * row[k + 6] + c * row[k + 3] + d * row[k + 9];
        s[k + 3] = e * (row[k + 6] - row[k]) + f * row[k + 3] + g * row[k + 9];
    }
}

static void noise_deviations(const struct body *b, const struct interceptor *m, double r, double *angle, double *shift)
{
    double u = r / m->terminal_r0, own = m->terminal_a, part, share = 0.0;
    u *= m->guidance == ACTIVE ? u : b->radar_range / m->lit_range;
    part = m->terminal_b * u;
    if (m->guidance == COMMAND) {
        own = part = 0.0;
        share = 1.0;
    } else if (m->guidance == TVM) {
        share = m->terminal_share;
    }
    double radar = share * b->radar_range * b->radar_angle;
    *angle = sqrt(own * own + part * part);
    *shift = sqrt(b->glint * b->glint + radar * radar);
}

/* Four uniforms of a slot of the noise of a round: Philox4x32-10. */
static void uniforms(const int64_t *stream, int64_t slot, double *u)
{
    uint64_t mask = 0xFFFFFFFF, word = (uint64_t)stream[2];
    uint64_t c0 = (uint64_t)stream[1] & mask, c1 = word & mask, c2 = word >> 32, c3 = (uint64_t)(stream[3] + slot) & mask;
    uint64_t k0 = (uint64_t)stream[0] & mask, k1 = SEEK;
    for (int n = 0; n < 10; n++) {
        uint64_t p0 = 0xD2511F53 * c0, p1 = 0xCD9E8D57 * c2;
        c0 = (p1 >> 32) ^ c1 ^ k0;
        c1 = p1 & mask;
        c2 = (p0 >> 32) ^ c3 ^ k1;
        c3 = p0 & mask;
        k0 = (k0 + 0x9E3779B9) & mask;
        k1 = (k1 + 0xBB67AE85) & mask;
    }
    u[0] = (c0 + 0.5) / 4294967296.0;
    u[1] = (c1 + 0.5) / 4294967296.0;
    u[2] = (c2 + 0.5) / 4294967296.0;
    u[3] = (c3 + 0.5) / 4294967296.0;
}

static void across(const double *up, double rx, double ry, double rz, double *n, double *m)
{
    double r = most(sqrt(rx * rx + ry * ry + rz * rz), 1e-9);
    n[0] = up[1] * rz - up[2] * ry;
    n[1] = up[2] * rx - up[0] * rz;
    n[2] = up[0] * ry - up[1] * rx;
    double size = sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
    if (size < 1e-6 * r) {
        n[0] = -ry;
        n[1] = rx;
        n[2] = 0.0;
        size = most(sqrt(n[0] * n[0] + n[1] * n[1]), 1e-9);
    }
    for (int k = 0; k < 3; k++)
        n[k] /= size;
    m[0] = (ry * n[2] - rz * n[1]) / r;
    m[1] = (rz * n[0] - rx * n[2]) / r;
    m[2] = (rx * n[1] - ry * n[0]) / r;
}

static int64_t endgame(struct body *b, const struct interceptor *m, const struct air *air, const double *table)
{
    double *p = b->position, *v = b->velocity, *lagged = b->acceleration, t[6], up[3], n[3], q[3], u[4], height;
    double ox = 0.0, oy = 0.0, oz = 0.0, before = 0.0, left = 0.0, now = b->launch_time + b->age, first;
    double a1 = 0.0, a2 = 0.0, d1 = 0.0, d2 = 0.0, y1 = 0.0, y2 = 0.0, s1 = 0.0, s2 = 0.0, f1 = 0.0, f2 = 0.0;
    int64_t steps = 0, sample = 0;
    b->phase = TERMINAL;
    b->status = FLYING;
    state_at(table, now, t);
    local_up(p[0], p[1], p[2], up);
    across(up, t[0] - p[0], t[1] - p[1], t[2] - p[2], n, q);
    uniforms(b->stream, SLOTS - 2, u);
    first = u[0];
    while (b->status == FLYING) {
        double rx = t[0] - p[0], ry = t[1] - p[1], rz = t[2] - p[2];
        double wx = t[3] - v[0], wy = t[4] - v[1], wz = t[5] - v[2];
        double r = sqrt(rx * rx + ry * ry + rz * rz);
        double closing = -(rx * wx + ry * wy + rz * wz) / most(r, 1e-9);
        b->miss = r;
        b->closest_time = now;
        if (closing <= 0.0 || r < 1e-6)
            break;
        if (left < 1e-9) {
            double angle, shift;
            left = m->noise_interval * (sample == 0 ? first : 1.0);
            noise_deviations(b, m, r, &angle, &shift);
            if (angle + shift > 0.0) {
                uniforms(b->stream, sample % (SLOTS - 2), u);
                double one = sqrt(-2.0 * log(u[0])), two = sqrt(-2.0 * log(u[2])), turn = 2.0 * 3.141592653589793;
                a1 = angle * (one * cos(turn * u[1]));
                a2 = angle * (one * sin(turn * u[1]));
                d1 = shift * (two * cos(turn * u[3]));
                d2 = shift * (two * sin(turn * u[3]));
            }
            sample++;
        }
        double dt = most(r / (STEPS * closing), FINE);
        dt = left / most(ceil(left / dt - 1e-6), 1.0);
        left -= dt;
        int steers = r > FINE * closing;
        local_up(p[0], p[1], p[2], up);
        double h = steers ? 0.5 * dt : 0.0, k = before > 0.0 ? h / before : 0.0;
        double hx = rx + b->bias[0] + h * wx, hy = ry + b->bias[1] + h * wy, hz = rz + b->bias[2] + h * wz;
        double gx = wx + k * (wx - ox), gy = wy + k * (wy - oy), gz = wz + k * (wz - oz);
        double line = (hx * gx + hy * gy + hz * gz) / (hx * hx + hy * hy + hz * hz);
        k = -m->navigation * line;
        double ax = k * (gx - line * hx), ay = k * (gy - line * hy), az = k * (gz - line * hz);
        ox = wx;
        oy = wy;
        oz = wz;
        before = dt;
        if (b->ballistic == 0) {
            ax += GRAVITY * up[0];
            ay += GRAVITY * up[1];
            az += GRAVITY * up[2];
        }
        double along = (ax * v[0] + ay * v[1] + az * v[2]) / (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        ax -= along * v[0];
        ay -= along * v[1];
        az -= along * v[2];
        double load = sqrt(ax * ax + ay * ay + az * az);
        if (load > b->limit) {
            k = b->limit / load;
            ax *= k;
            ay *= k;
            az *= k;
        }
        if (!steers) {
            ax = lagged[0];
            ay = lagged[1];
            az = lagged[2];
        }
        double f = exp(-dt / m->lag), mean = (1.0 - f) * m->lag / dt;
        gx = lagged[0] - ax;
        gy = lagged[1] - ay;
        gz = lagged[2] - az;
        lagged[0] = ax + f * gx;
        lagged[1] = ay + f * gy;
        lagged[2] = az + f * gz;
        height = advance(b, m, air, dt, ax + mean * gx, ay + mean * gy, az + mean * gz);
        steps++;
        if (steers) {
            h = 1.0 / (r - 0.5 * dt * closing);
            double e1 = (1.0 - f) * (a1 + h * (d1 + y1 + 0.5 * dt * s1) - f1);
            double e2 = (1.0 - f) * (a2 + h * (d2 + y2 + 0.5 * dt * s2) - f2);
            f1 += e1;
            f2 += e2;
            k = m->navigation * closing;
            y1 += dt * (s1 - 0.5 * k * e1);
            y2 += dt * (s2 - 0.5 * k * e2);
            s1 -= k * e1;
            s2 -= k * e2;
        } else {
            y1 += dt * s1;
            y2 += dt * s2;
        }
        state_at(table, b->launch_time + b->age, t);
        double sx = t[0] - p[0] - rx, sy = t[1] - p[1] - ry, sz = t[2] - p[2] - rz;
        rx += y1 * n[0] + y2 * q[0];
        ry += y1 * n[1] + y2 * q[1];
        rz += y1 * n[2] + y2 * q[2];
        double share = -(rx * sx + ry * sy + rz * sz) / most(sx * sx + sy * sy + sz * sz, 1e-12);
        if (share <= 1.0) {
            share = most(share, 0.0);
            rx += share * sx;
            ry += share * sy;
            rz += share * sz;
            b->miss = sqrt(rx * rx + ry * ry + rz * rz);
            b->closest_time = now + share * dt;
            b->status = CLOSED;
            break;
        }
        now = b->launch_time + b->age;
        b->status = flight_status(b, m, height);
    }
    if (b->status == FLYING)
        b->status = CLOSED;
    return steps;
}

/* Sizes of the two structs, so that the caller can check them against its own. */
void sizes(int64_t *out)
{
    out[0] = sizeof(struct body);
    out[1] = sizeof(struct interceptor);
}

/* Fly every round to handover and, if asked, to closest approach; returns the steps taken. */
int64_t fly_all(struct body *bodies, int64_t count, const struct interceptor *kind, const double *tracks,
                const double *tables, const int64_t *at, const double *density, const double *sound, int64_t to_the_end)
{
    struct air air = {density, sound};
    int64_t steps = 0;
    for (int64_t k = 0; k < count; k++) {
        steps += fly(&bodies[k], kind, &air, tracks + 6 * k);
        if (to_the_end && bodies[k].status == HANDOVER)
            steps += endgame(&bodies[k], kind, &air, tables + at[k]);
    }
    return steps;
}
